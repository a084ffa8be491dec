import type { Kind } from './finding.js';

/** Every kind of finding, in the order in which reports list them. */
export const KINDS = [
  'crash',
  'hang',
  'refused',
  'reply',
  'restart',
  'fd',
  'zombie',
  'child',
  'thread',
  'mapping',
  'memory',
  'sanitizer',
  'gauge',
] as const satisfies readonly Kind[];
