import { apacheWith } from './apache.js';

export const recipe = apacheWith(
  'event',
  'Two children of 25 threads and a listener thread each; a burst adds children for good, with their own fds, up to 75 idle threads.',
);
