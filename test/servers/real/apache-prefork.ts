import { apacheWith } from './apache.js';

export const recipe = apacheWith(
  'prefork',
  'A process for every connection, five at the start. A burst adds children by 1, 2, 4 … a second; idle ones go one a second, down to ten.',
);
