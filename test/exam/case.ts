import type { Kind } from '../../src/verdict/finding.js';
import type { RowName } from '../../src/verdict/rows.js';
import type { ClientName } from '../../src/workload/client-names.js';

/** One question of the exam: a server, what is done to it, and the answer that is right. */
export interface Case {
  /** Room and name: c/poll, node/net, python/asyncio_server, java/NioServer, real/nginx. */
  readonly server: string;
  readonly fault?: string;
  /** churn starts it itself, to hear what its checkers report when it is stopped: words before it, flags of its compiler. */
  readonly started?: { readonly through?: readonly string[]; readonly flags?: readonly string[] };
  /** Further arguments of the server, beside its fault. */
  readonly args?: readonly string[];
  readonly client: ClientName;
  /** Instead of one client: all of them in turn. Those that must fail, and those that may; no other may. */
  readonly thorough?: { readonly fails: readonly ClientName[]; readonly may?: readonly RowName[] };
  /** What churn is told in both forms of the exam. */
  readonly churn?: readonly string[];
  /** What it is told in the short form only, to be done sooner. */
  readonly hurry?: readonly string[];
  readonly openFiles?: number;
  /** The server runs below a subreaper, which adopts its orphans. */
  readonly below?: 'subreaper';
  readonly verdict: 'pass' | 'fail' | 'undecided';
  /** Kinds that must fail; no other may. */
  readonly kinds?: readonly Kind[];
  /** Kinds that may fail beside them, because the fault has these consequences too. */
  readonly allowed?: readonly Kind[];
  /** Kinds that must be found as a warning. */
  readonly warns?: readonly Kind[];
  /** What must stand in the report: its summary, its notes, and of each finding its words and how its server is built. */
  readonly says?: RegExp | undefined;
  /** Chance decides whether the server does harm, and then it fails with these instead of passing. */
  readonly mayFail?: readonly Kind[];
  /** It has hardly a moment of rest to read its memory in, so undecided is as right as a pass. */
  readonly mayDoubt?: boolean;
  /** Asked in the long form only. */
  readonly long?: boolean | undefined;
}

/** A case of which the server is still to be named. */
export type Row = Omit<Case, 'server'>;

/** Cases that may run beside each other. */
export interface Group {
  readonly name: string;
  readonly cases: readonly Case[];
  /** The most at a time; a server that needs a whole core makes the others late. */
  readonly mostJobs?: number;
}

/** The arguments of a case's server as a person would type them, shortened for a table. */
export function describeFault({ fault, started, args = [], openFiles, below }: Case): string {
  const words = [
    ...(started?.through ?? []),
    ...(started?.flags ?? []),
    ...(fault ? [fault] : []),
    ...args,
    ...(openFiles ? [`nofile=${openFiles}`] : []),
    ...(below ? [`below a ${below}`] : []),
  ];
  return words.join(' ') || 'clean';
}
