import { CLIENT_KINDS, type ClientKind } from './client/kinds.js';
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
  'spin',
  'reload',
  'shutdown',
  'sanitizer',
  'gauge',
] as const satisfies readonly Kind[];

/** Those of servers and those of clients; `fd` is of both. */
export const ALL_KINDS: readonly AnyKind[] = [...new Set<AnyKind>([...KINDS, ...CLIENT_KINDS])];

export type AnyKind = Kind | ClientKind;
