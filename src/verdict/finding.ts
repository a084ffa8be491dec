import type { HowItEnded } from '../exit-words.js';
import type { CyclePhase } from '../workload/ledger.js';
import type { GaugeFinding } from './gauge-finding.js';
import type { Kind } from './kind.js';
import type { Note } from './note.js';
import type { Pattern } from './pattern.js';
import type { ReplyFinding } from './reply-finding.js';
import type { Severity } from './severity.js';

export type { GaugeFinding, Kind, ReplyFinding, Severity };

import type { HeldGroup } from './held-group.js';
import type { LifeFinding } from './life-finding.js';
import type { SanitizerReport } from './sanitizer.js';

export type { FollowedGroup, HeldGroup } from './held-group.js';
export type { LifeFinding, ReloadFinding, ShutdownFinding, SpinFinding } from './life-finding.js';

export interface FdFinding {
  readonly kind: 'fd';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly inWarmup: number;
  readonly fdsBefore: number;
  readonly fdsAfter: number;
  readonly groups: readonly HeldGroup[];
  /** Which cycles they came from, all groups together. */
  readonly pattern: Pattern | undefined;
  readonly limit: number | undefined;
  /** Connections until the limit, at the rate that was seen; 0 when it was reached. */
  readonly connectionsLeft: number | undefined;
  readonly spinning: boolean;
}

export type GrowingKind = 'thread' | 'child' | 'zombie' | 'mapping';

/** Threads, children, zombies, mappings: no name ties one to a connection, so growth has to recur. */
export interface GrowthFinding<K extends GrowingKind = GrowingKind> {
  readonly kind: K;
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly perRound: readonly number[];
  readonly limit: number | undefined;
  readonly connectionsLeft: number | undefined;
  /** Processes that outlive one reload after the other. */
  readonly stale?: { readonly reloads: number; readonly pids: readonly number[] };
}

export interface MemoryFinding {
  readonly kind: 'memory';
  readonly severity: Severity;
  /** Bytes gained over the judged cycles. */
  readonly count: number;
  readonly perCycle: number;
  /** 95 % interval of `perCycle`. */
  readonly low: number;
  readonly high: number;
  readonly perRound: readonly number[];
}

export interface CrashFinding {
  readonly kind: 'crash';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly pids: readonly number[];
  /** The cycle it died on lies between these two, both included; undefined when nothing narrows it down. */
  readonly cycles: readonly [number, number] | undefined;
  readonly phase: CyclePhase;
  /** The same as the server counts, since the start of the run. */
  readonly connections: readonly [number, number] | undefined;
  /** How each of them has ended, as far as that is known. */
  readonly endings?: ReadonlyArray<HowItEnded & { readonly pid: number }>;
  /** It died when it had come to this limit of descriptors. */
  readonly openFilesLimit?: number;
}

export interface RestartFinding {
  readonly kind: 'restart';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly workers: ReadonlyArray<{
    readonly pid: number;
    readonly replacedBy: number;
    readonly signal?: number | undefined;
  }>;
  readonly cutOff: number;
  /** Connections that were held open to see whether one is cut off. */
  readonly watched?: number;
  /** They ended when the server had come to this limit of descriptors. */
  readonly openFilesLimit?: number;
}

export interface HangFinding {
  readonly kind: 'hang';
  readonly severity: Severity;
  /** Connections that wait in the accept queue. */
  readonly count: number;
  readonly perCycle: number;
  readonly accepted: number;
  readonly connected: number;
  readonly stalledMs: number;
  /** The fd limit was reached: accept() answers EMFILE. */
  readonly atFdLimit: boolean;
  /** So many connected clients that say nothing keep all others from being served. */
  readonly silentClients?: number;
  /** It had come to this limit of descriptors, its clients have gone, and still it serves nobody. */
  readonly openFilesLimit?: number;
}

export interface RefusedFinding {
  readonly kind: 'refused';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly of: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly firstCycle: number;
  readonly phase: CyclePhase;
  readonly listenerGone: boolean;
}

/** Errors that the server's own checker has reported. */
export interface SanitizerFinding {
  readonly kind: 'sanitizer';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly reports: readonly SanitizerReport[];
}

/** One thing that is wrong with the server: facts only. What is said about it stands in `report/wording`. */
export type Finding =
  | FdFinding
  | { [K in GrowingKind]: GrowthFinding<K> }[GrowingKind]
  | MemoryFinding
  | CrashFinding
  | RestartFinding
  | HangFinding
  | RefusedFinding
  | ReplyFinding
  | GaugeFinding
  | LifeFinding
  | SanitizerFinding;

/** What each kind of trouble was compared with, also when nothing was found. */
export interface Check {
  readonly kind: Kind;
  readonly status: 'pass' | 'fail' | 'warn' | 'undecided' | 'not-measured';
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** Growth in each confirming round, when growth had to be confirmed. */
  readonly perRound: readonly number[];
  /** Upper bound of the growth per cycle that could have been missed, in the unit of the kind. */
  readonly bound: number | undefined;
}

/** What one check says. */
export interface CheckResult {
  readonly check: Check;
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}
