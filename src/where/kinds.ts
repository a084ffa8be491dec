import type { Kind } from '../verdict/kinds.js';

/** Kinds of finding that lie at a place in the code which can be found from outside, whatever the server is written in. */
export const KINDS_OF_CODE = [
  'fd',
  'child',
  'zombie',
  'thread',
  'mapping',
  'hang',
] as const satisfies readonly Kind[];
