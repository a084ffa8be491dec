import type { Check, Severity } from '../verdict/finding.js';
import type { AnyKind } from '../verdict/kinds.js';
import type { Reasoning } from '../verdict/reasoning.js';
import type { RowOutcome } from '../verdict/rows.js';
import type { ReportedGauge, ReportedHold, ReportedLatency, ReportedWatch } from './reported-load.js';
import type { ReportedServe } from './reported-serve.js';
import type { ReportedServer } from './reported-server.js';

/** Raised when a field changes its meaning; fields are added freely, never renamed. */
export const SCHEMA_VERSION = 1;

/** One finding as it is told: facts, and the words for them. */
export interface ReportedFinding {
  readonly kind: AnyKind;
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly title: string;
  readonly cause: string;
  readonly advice: string;
  /** The command that tells more. */
  readonly next: string;
  /** Lines for a person, most telling first. */
  readonly evidence: readonly string[];
  /** The facts behind the words, for a program. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface ReportedProcess {
  readonly pid: number;
  readonly comm: string;
  readonly fds: number;
  readonly threads: number;
}

export interface ReportedPoint {
  readonly atMs: number;
  readonly cyclesDone: number;
  readonly phase: string;
  readonly fds: number;
  readonly rssBytes: number | null;
  readonly anonBytes: number | null;
  readonly threads: number;
  readonly children: number;
  readonly zombies: number;
  readonly acceptQueue: number | null;
}

/** What the server held at one end of the run. */
export interface ReportedState {
  readonly fds: number;
  readonly rssBytes: number | null;
  readonly anonBytes: number | null;
  readonly threads: number;
  readonly children: number;
  readonly zombies: number;
  readonly mappings: number;
}

/** The whole report as `--json` prints it, and all that any reporter gets: none of them looks at anything else. */
export interface Report {
  readonly schemaVersion: number;
  readonly tool: { readonly name: 'churn'; readonly version: string; readonly command: readonly string[] };
  readonly environment: { readonly kernel: string; readonly node: string; readonly cpus: number };
  readonly seed: number | null;
  readonly verdict: 'pass' | 'fail' | 'undecided' | 'error';
  /** True when this is a finished run that is clean by the default rules. */
  readonly clean: boolean;
  readonly summary: string;
  readonly interrupted: boolean;
  readonly error?: {
    readonly code: string;
    readonly sentence: string;
    readonly hint: string;
    /** The last lines that the server wrote which was started for the run. */
    readonly output?: readonly string[];
  };
  readonly target?: ReportedTarget;
  readonly cycles?: ReportedCycles;
  /** Of `churn watch` alone: its `cycles` are connections that were accepted. */
  readonly watch?: ReportedWatch;
  /** Times of the judged cycles; null where none were taken. */
  readonly latency?: ReportedLatency | null;
  /** Silent clients that were held open; null where there were none. */
  readonly hold?: ReportedHold | null;
  /** Numbers that the server itself exposes; null where none were named. */
  readonly gauges?: readonly ReportedGauge[] | null;
  readonly before?: ReportedState;
  readonly after?: ReportedState;
  readonly checks: readonly ReportedCheck[];
  readonly findings: readonly ReportedFinding[];
  readonly allowed: ReadonlyArray<{ readonly kind: AnyKind; readonly count: number }>;
  /** At most 1000 rows; `heldCount` says how many there are. Reports of former versions do not. */
  readonly held: ReadonlyArray<ReportedHeld>;
  readonly heldCount?: number;
  /** Settled readings of private memory, by connections made: what the memory verdict stands on. */
  readonly rounds: ReadonlyArray<{
    readonly phase: string;
    readonly connections: number;
    readonly anonBytes: number | null;
  }>;
  readonly series: readonly ReportedPoint[];
  readonly phases: ReadonlyArray<{
    readonly phase: string;
    readonly startMs: number;
    readonly durationMs: number;
  }>;
  readonly timings: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** How the verdict came about, for --verbose; of a thorough run each row has its own. */
  readonly reasoning?: Reasoning;
  /** The server that was started for the run. */
  readonly server?: ReportedServer;
  /** With --thorough: which clients the server is clean to, in one sentence; and each of them by itself. */
  readonly sentence?: string;
  readonly runs?: readonly ReportedRun[];
  /** What `churn serve` saw of its clients; the findings are on them. */
  readonly serve?: ReportedServe;
}

/** One row of a thorough run. What was not applicable or not run has no more than its reason. */
export interface ReportedRun {
  /** Name of the client behaviour, or "mixed". */
  readonly client: string;
  readonly status: RowOutcome['status'];
  readonly reason: string | null;
  /** The reason in words. */
  readonly said: string | null;
  readonly cells: Cells | null;
  readonly cycles: ReportedCycles | null;
  readonly before: ReportedState | null;
  readonly after: ReportedState | null;
  readonly checks: readonly ReportedCheck[];
  readonly findings: readonly ReportedFinding[];
  readonly held: readonly ReportedHeld[];
  readonly heldCount?: number;
  readonly rounds: Report['rounds'];
  readonly notes: readonly string[];
  readonly reasoning?: Reasoning;
  readonly durationMs: number;
}

export const COLUMNS = ['fd', 'memory', 'threads', 'children', 'server'] as const;

/** What the matrix says of one client, in words and numbers. */
export type Cells = Readonly<Record<(typeof COLUMNS)[number], string>>;

export interface ReportedTarget {
  readonly address: string;
  readonly pids: readonly number[];
  readonly command: readonly string[];
  readonly listeners: readonly string[];
  readonly limits: { readonly openFiles: number | null; readonly processes: number | null };
  readonly processes: readonly ReportedProcess[];
  readonly alive: boolean;
  /** What checks the server while it runs, so that its memory cannot be judged; null where nothing does. */
  readonly checker?: 'sanitizer' | 'valgrind' | null;
}

export interface ReportedCycles {
  readonly requested: number;
  readonly completed: number;
  readonly failed: number;
  readonly warmup: number;
  readonly confirmation: number;
  readonly accepted: number;
  readonly acceptQueue: number;
  readonly connections: number;
  /** Of all listeners of the network namespace, during the run. */
  readonly listenOverflows: number;
  readonly listenDrops: number;
  readonly concurrency: number;
  /** What the clients did; several were taken in random order. */
  readonly clients: readonly string[];
  readonly durationMs: number;
  readonly ratePerSecond: number;
  readonly stopped: string | null;
  readonly failures: Readonly<Record<string, number>>;
}

export interface ReportedCheck extends Omit<Check, 'kind' | 'before' | 'after' | 'bound'> {
  readonly kind: AnyKind;
  readonly before: number | null;
  readonly after: number | null;
  readonly bound: number | null;
}

/** A descriptor that is kept, for those who want to look themselves. */
export interface ReportedHeld {
  readonly what: string;
  readonly state: string | null;
  readonly inode: number;
  readonly pid: number;
  readonly fd: number;
  readonly cycle: number | null;
  readonly phase: string | null;
}
