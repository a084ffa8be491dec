import { apacheWith } from './apache.js';

export const recipe = apacheWith(
  'worker',
  'Two children of 25 threads at the start; a burst adds children for good, with their own fds, up to 75 idle threads.',
);
