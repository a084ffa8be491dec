/**
 * Every kind of finding about a server, in the order in which reports list them, and what it takes to see it:
 * - `cycles`: connections that we made ourselves, to know what became of each;
 * - `looks`: the server's processes;
 * - `counted-looks`: those, and how many connections the server has taken;
 * - `any`: one of the first two;
 * - `numbers`: what the server says of itself;
 * - `start`: that it was started by us.
 */
const SEEN_BY = {
  crash: 'looks',
  hang: 'any',
  refused: 'cycles',
  reply: 'cycles',
  restart: 'looks',
  fd: 'looks',
  zombie: 'looks',
  child: 'looks',
  thread: 'looks',
  mapping: 'looks',
  memory: 'counted-looks',
  work: 'looks',
  spin: 'looks',
  reload: 'start',
  shutdown: 'start',
  sanitizer: 'start',
  gauge: 'numbers',
} as const;

/** What can be wrong with a server. */
export type Kind = keyof typeof SEEN_BY;

export const KINDS = Object.keys(SEEN_BY) as readonly Kind[];

/** What a trial could see. */
interface Sight {
  readonly looks: boolean;
  readonly cycles: boolean;
  /** It is known how many connections the server has taken. */
  readonly counts: boolean;
}

/** Whether a trial that saw so much can tell anything of a kind. */
export function canBeSeen(kind: Kind, { looks, cycles, counts }: Sight): boolean {
  const by = SEEN_BY[kind];
  if (by === 'cycles') return cycles;
  if (by === 'looks') return looks;
  return by === 'counted-looks' ? looks && counts : true;
}

export type AnyKind = Kind | ClientKind;

/** A fault of the server, or something that its owner should look at. */
export type Severity = 'fail' | 'warn';

/** Every kind of finding about a client, in the order in which reports list them. */
export const CLIENT_KINDS = ['fd', 'close-wait', 'unclosed', 'idle', 'reuse'] as const;

export type ClientKind = (typeof CLIENT_KINDS)[number];

/** Those of servers and those of clients; `fd` is of both. */
export const ALL_KINDS: readonly AnyKind[] = [...new Set<AnyKind>([...KINDS, ...CLIENT_KINDS])];
