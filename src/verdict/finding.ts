import type { HowItEnded } from '../exit-words.js';
import type { GaugeManner } from '../options/gauge.js';
import type { TcpState } from '../proc/parse/socket-table.js';
import type { CyclePhase } from '../workload/ledger.js';
import type { SanitizerReport } from './checkers.js';
import type { CensusKey } from './evidence.js';
import type { Kind, Severity } from './kinds.js';
import type { Note } from './note.js';
import type { Pattern } from './pattern.js';
import type { StaleEntries } from './work-trend.js';

export type { Kind, Severity } from './kinds.js';

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
  /** Where time and not connections was measured: minutes until the limit, and descriptors per minute. */
  readonly minutesLeft?: number | undefined;
  readonly perMinute?: number | undefined;
  readonly spinning: boolean;
  /** Something in the server wakes by itself, so it might close what it holds after a time of its own. */
  readonly hasTimeout?: boolean;
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
  readonly hasTimeout?: boolean;
  readonly minutesLeft?: number | undefined;
  readonly perMinute?: number | undefined;
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
  /** The server lives: these were some of its processes, and nobody took their place. */
  readonly lost?: {
    readonly cutOff: number;
    readonly processes: ReadonlyArray<{
      readonly pid: number;
      readonly title: string;
      readonly said?: string;
    }>;
  };
  /** It died when it had come to this limit of descriptors. */
  readonly openFilesLimit?: number;
  /** It had few descriptors, and died on about as many connections as it may have: its limit. */
  readonly nearLimit?: number;
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
    /** What the kernel's log says of its end. */
    readonly logged?: { readonly signal: string; readonly said: string };
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
  /** Connections that it was at when it stopped, as it seems: their clients have gone, and it holds them. */
  readonly inHand?: number;
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
  /** It has closed its listening socket meanwhile, and opened another one. */
  readonly reopened?: boolean;
}

/** Errors that the server's own checker has reported. */
export interface SanitizerFinding {
  readonly kind: 'sanitizer';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly reports: readonly SanitizerReport[];
}

/** One thing that is wrong with the server: facts only. What is said about it stands in `report/kinds`. */
export type Finding =
  | FdFinding
  | { [K in GrowingKind]: GrowthFinding<K> }[GrowingKind]
  | MemoryFinding
  | WorkFinding
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

/** A number that the server itself exposes, and that did not come back. */
export interface GaugeFinding {
  readonly kind: 'gauge';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  /** Text from outside. */
  readonly name: string;
  readonly manner: GaugeManner;
  /** In every confirming round again; else it has come to rest above what it was. */
  readonly grows: boolean;
  readonly before: number;
  readonly after: number;
  readonly perRound: readonly number[];
}

/** It keeps a CPU busy: at its limit of descriptors, or at rest. */
export interface SpinFinding {
  readonly kind: 'spin';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  /** Of one CPU. */
  readonly cpuPercent: number;
  /** undefined: at rest, with no client there. */
  readonly openFilesLimit: number | undefined;
}

/** Clients that were in the middle of something were cut off by a reload. */
export interface ReloadFinding {
  readonly kind: 'reload';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly signal: string;
  readonly reloads: number;
  /** Connections that were open during reloads. */
  readonly watched: number;
}

/** It was asked to stop while clients churned. */
export interface ShutdownFinding {
  readonly kind: 'shutdown';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly graceMs: number;
  readonly tookMs: number;
  readonly killed: boolean;
  /** The crash that it ended with instead; undefined for any other end. */
  readonly crashSignal: string | undefined;
  readonly leftBehind: ReadonlyArray<{ readonly pid: number; readonly comm: string }>;
  readonly portFree: boolean | undefined;
}

/** What only the life of a server tells. */
export type LifeFinding = SpinFinding | ReloadFinding | ShutdownFinding;

/** Answers that were waited for, and did not come or were not what was expected. */
export interface ReplyFinding {
  readonly kind: 'reply';
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly of: number;
  readonly answered: number;
  readonly unanswered: number;
  readonly unexpected: number;
  /** The beginning of the first answer that was not the expected one: text from outside. */
  readonly heard: string | undefined;
  /** The server closed instead of answering, the first time. */
  readonly closedFirst: boolean;
  /** The first that failed had begun to answer. */
  readonly unfinished?: boolean;
  readonly timeoutMs: number;
  readonly firstCycle: number;
  readonly phase: CyclePhase;
}

/** Each connection costs the server more CPU time than those before it. */
export interface WorkFinding {
  readonly kind: 'work';
  readonly severity: Severity;
  /** Microseconds that the last connections cost more than the first. */
  readonly count: number;
  /** Microseconds that each connection adds to the cost of every later one. */
  readonly perCycle: number;
  /** Of one connection in the first and in the last sixth. */
  readonly firstUs: number;
  readonly lastUs: number;
  /** Connections between which that lies. */
  readonly connections: number;
  readonly perSixthUs: readonly number[];
  /** What poll(2) is given beyond the descriptors that are open, where that is what grows. */
  readonly stale?: StaleEntries | undefined;
  /** Connections after which there are more of them than poll(2) takes: the limit of descriptors. */
  readonly connectionsLeft?: number | undefined;
  readonly limit?: number | undefined;
}

/** Things of one sort that are held: sockets by state, other descriptors by kind. */
export interface HeldGroup {
  readonly what:
    | 'connection'
    | 'outside'
    | 'nowhere'
    | Exclude<CensusKey, 'thread' | 'child' | 'zombie' | 'mapping'>;
  readonly state: TcpState | undefined;
  /** Distinct objects. */
  readonly count: number;
  /** Descriptors that refer to them: more than `count` after dup(2) or fork(2). */
  readonly descriptors: number;
  readonly pids: readonly number[];
  readonly fdNumbers: readonly number[];
  /** Which cycles they came from, where that is known. */
  readonly pattern: Pattern | undefined;
  /** How many of them came from the warm-up. */
  readonly inWarmup: number;
  readonly heldClients?: readonly number[];
  /** Growth in each confirming round, where recurrence was asked for. */
  readonly perRound: readonly number[];
  /** Paths of files, other ends of connections, each with how many there are; the most frequent ones first. */
  readonly names?: ReadonlyArray<{ readonly name: string; readonly count: number }>;
  /** Only programs have them that a process of the server has executed: they came by descriptors without close-on-exec. */
  readonly inheritedBy?: ReadonlyArray<{ readonly pid: number; readonly comm: string }>;
  /** What became of connections that were followed by their inodes; only sockets in no table need that. */
  readonly followed?: FollowedGroup | undefined;
}

export interface FollowedGroup {
  readonly of: number;
  /** Numbers of the confirming cycles whose connections were kept. */
  readonly keptCycles: readonly number[];
  /** Which of the followed ones they were. */
  readonly pattern: Pattern;
  readonly fdNumbers: readonly number[];
}
