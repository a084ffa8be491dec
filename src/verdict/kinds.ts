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
  'work',
  'spin',
  'reload',
  'shutdown',
  'sanitizer',
  'gauge',
] as const satisfies readonly Kind[];

export type AnyKind = Kind | ClientKind;

/** What can be wrong with a server. */
export type Kind =
  | 'fd'
  | 'memory'
  | 'mapping'
  | 'thread'
  | 'child'
  | 'zombie'
  | 'crash'
  | 'restart'
  | 'hang'
  | 'refused'
  | 'reply'
  | 'shutdown'
  | 'reload'
  | 'spin'
  | 'work'
  | 'sanitizer'
  | 'gauge';

/** A fault of the server, or something that its owner should look at. */
export type Severity = 'fail' | 'warn';

/** Every kind of finding about a client, in the order in which reports list them. */
export const CLIENT_KINDS = ['fd', 'close-wait', 'unclosed', 'idle', 'reuse'] as const;

export type ClientKind = (typeof CLIENT_KINDS)[number];

/** Those of servers and those of clients; `fd` is of both. */
export const ALL_KINDS: readonly AnyKind[] = [...new Set<AnyKind>([...KINDS, ...CLIENT_KINDS])];
