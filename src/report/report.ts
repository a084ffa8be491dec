import type { Phase } from '../sampler/point.js';
import type { Count, Integer, Milliseconds, Pid } from '../units.js';
import type { Round } from '../verdict/evidence.js';
import type { Check, Severity } from '../verdict/finding.js';
import type { AnyKind } from '../verdict/kinds.js';
import type { Reasoning } from '../verdict/reasoning.js';
import type { Inapplicable, RowOutcome, SkipReason } from '../verdict/rows.js';
import type { Place } from '../where/found.js';
import type { CyclePhase } from '../workload/ledger.js';
import type { StopReason } from '../workload/tally.js';
import type {
  ReportedAnswers,
  ReportedGauge,
  ReportedHold,
  ReportedLatency,
  ReportedStage,
  ReportedWatch,
} from './reported-load.js';
import type { ReportedServe } from './reported-serve.js';
import type { ReportedServer } from './reported-server.js';

/** Raised when a field changes its meaning; fields are added freely, never renamed. */
export const SCHEMA_VERSION = 1;

/** One finding as it is told: facts, and the words for them. */
export interface ReportedFinding {
  readonly kind: AnyKind;
  readonly severity: Severity;
  /** Distinct things; bytes for memory. */
  readonly count: Count;
  /** @minimum 0 */
  readonly perCycle: number;
  /** @minLength 1 */
  readonly title: string;
  /** @minLength 1 */
  readonly cause: string;
  /** @minLength 1 */
  readonly advice: string;
  /**
   * The command that tells more.
   *
   * @minLength 1
   * @optional
   */
  readonly next: string;
  /** Lines for a person, most telling first. */
  readonly evidence: readonly string[];
  /** The facts behind the words, for a program; they differ from kind to kind. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** With --where: the ways through the code that what is kept has gone, the most frequent first. */
  readonly where?: readonly Place[];
  /** What could not be told of it, and what would help: sentences. */
  readonly whereRemarks?: readonly string[];
}

export interface ReportedProcess {
  readonly pid: Pid;
  readonly comm: string;
  readonly fds: Count;
  readonly threads: Count;
}

export interface ReportedPoint {
  readonly atMs: Milliseconds;
  readonly cyclesDone: Count;
  readonly phase: Phase;
  readonly fds: Count;
  readonly rssBytes: Count | null;
  readonly anonBytes: Count | null;
  readonly threads: Count;
  readonly children: Integer;
  readonly zombies: Count;
  readonly acceptQueue: Count | null;
}

/** What the server held at one end of the run. */
export interface ReportedState {
  readonly fds: Count;
  /** Resident memory, shared pages counted in each process. */
  readonly rssBytes: Count | null;
  /** Private memory. */
  readonly anonBytes: Count | null;
  readonly threads: Count;
  readonly children: Count;
  readonly zombies: Count;
  readonly mappings: Count;
}

/** The whole report as `--json` prints it, and all that any reporter gets: none of them looks at anything else. */
export interface Report {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: {
    readonly name: 'churn';
    /** @pattern ^\d+\.\d+\.\d+ */
    readonly version: string;
    /** The arguments of this run. */
    readonly command: readonly string[];
  };
  readonly environment: {
    readonly kernel: string;
    readonly node: string;
    /**
     * @asType integer
     * @minimum 1
     */
    readonly cpus: number;
  };
  /** Of whatever was random; null when nothing was. */
  readonly seed: Integer | null;
  readonly verdict: 'pass' | 'fail' | 'undecided' | 'error';
  /** True for a finished run that passes by the default rules; false when it passes only by --allow or --fail-on. */
  readonly clean: boolean;
  /**
   * The verdict in one line.
   *
   * @minLength 1
   */
  readonly summary: string;
  readonly interrupted: boolean;
  /** Why nothing could be tested. With the verdict "error" only. */
  readonly error?: {
    /** @pattern ^[a-z]+(-[a-z]+)*$ */
    readonly code: string;
    /** @minLength 1 */
    readonly sentence: string;
    /** @minLength 1 */
    readonly hint: string;
    /** The last lines that the server wrote which was started for the run. */
    readonly output?: readonly string[];
  };
  /** Who was under test. */
  readonly target?: ReportedTarget;
  readonly cycles?: ReportedCycles;
  /** Of `churn watch` alone: what others did to the server. Its `cycles` are connections that were accepted. */
  readonly watch?: ReportedWatch;
  /** With --stage: a row for each phase that the load announced; none where it announced none. */
  readonly stages?: readonly ReportedStage[];
  /** Times of the judged cycles; null where none were taken. */
  readonly latency?: ReportedLatency | null;
  /** Of a server that was asked over HTTP; null for any other. */
  readonly answers?: ReportedAnswers | null;
  /** What a pass is of, and what it does not prove: "asked: fin, no request sent". Empty where it is no pass. */
  readonly limits?: readonly string[];
  /** Silent clients that stayed connected during the cycles (--hold); null where there were none. */
  readonly hold?: ReportedHold | null;
  /** Numbers that the server itself exposes (--gauge); null where none were named. */
  readonly gauges?: readonly ReportedGauge[] | null;
  /** What the server held before the warm-up. */
  readonly before?: ReportedState;
  /** What it held after the cycles, settled. */
  readonly after?: ReportedState;
  /** What each kind of trouble was compared with, also where nothing was found. */
  readonly checks: readonly ReportedCheck[];
  readonly findings: readonly ReportedFinding[];
  /** What was found and let pass by --allow or --fail-on. */
  readonly allowed: ReadonlyArray<{ readonly kind: AnyKind; readonly count: Count }>;
  /** Descriptors that the server kept, at most 1000 rows. */
  readonly held: ReadonlyArray<ReportedHeld>;
  /** How many there are, also those that are not listed in `held`. Reports of former versions do not say. */
  readonly heldCount?: Count;
  readonly rounds: ReportedRounds;
  /** @maxItems 2000 */
  readonly series: readonly ReportedPoint[];
  readonly phases: ReadonlyArray<{
    readonly phase: Phase;
    readonly startMs: Milliseconds;
    readonly durationMs: Milliseconds;
  }>;
  /** Where the wall time went, in milliseconds. */
  readonly timings: Readonly<Record<string, Milliseconds>>;
  readonly notes: readonly string[];
  /** How the verdict came about, for --verbose; of a thorough run each row has its own. */
  readonly reasoning?: Reasoning;
  /** The server that was started for the run; absent where it ran already. */
  readonly server?: ReportedServer;
  /**
   * With --thorough: which clients the server is clean to, in one sentence; with --stage: of which phase what is kept is.
   *
   * @minLength 1
   */
  readonly sentence?: string;
  /** With --thorough: one for each client behaviour, one beside a silent client, one for each of several routes, and one for all that passed in random order. */
  readonly runs?: readonly ReportedRun[];
  /** What `churn serve` saw of its clients; the findings are on them. */
  readonly serve?: ReportedServe;
}

/** Settled readings of private memory, by connections made: what the memory verdict stands on. */
export type ReportedRounds = ReadonlyArray<{
  readonly phase: Round['phase'];
  readonly connections: Count;
  readonly anonBytes: Count | null;
}>;

/** One row of a thorough run. What was not applicable or not run has no more than its reason. */
export interface ReportedRun {
  /**
   * Name of the client behaviour, "silent" (one that says nothing while others come), or "mixed"; of several that asked for one route with commas, as --client takes them.
   *
   * @minLength 1
   */
  readonly client: string;
  /**
   * Method and path, where the row is that of one of several routes.
   *
   * @minLength 1
   */
  readonly route?: string;
  readonly status: RowOutcome['status'];
  /** Why it was not applicable or not run. */
  readonly reason: Inapplicable | SkipReason | null;
  /** The reason in words. */
  readonly said: string | null;
  /** The row of the matrix; null where there is a reason instead. */
  readonly cells: Cells | null;
  readonly cycles: ReportedCycles | null;
  readonly before: ReportedState | null;
  readonly after: ReportedState | null;
  readonly checks: readonly ReportedCheck[];
  readonly findings: readonly ReportedFinding[];
  readonly held: readonly ReportedHeld[];
  readonly heldCount?: Count;
  readonly rounds: ReportedRounds;
  readonly notes: readonly string[];
  readonly reasoning?: Reasoning;
  readonly durationMs: Milliseconds;
}

export const COLUMNS = ['fd', 'memory', 'threads', 'children', 'server'] as const;

/** What the matrix says of one client, in words and numbers. */
export type Cells = Readonly<Record<(typeof COLUMNS)[number], CellText>>;

/** @minLength 1 */
export type CellText = string;

export interface ReportedTarget {
  readonly address: string;
  /** The topmost processes of the server. */
  readonly pids: readonly Pid[];
  readonly command: readonly string[];
  readonly listeners: readonly string[];
  /** Soft limits; null is unlimited. */
  readonly limits: { readonly openFiles: Count | null; readonly processes: Count | null };
  /** The process tree before the run. */
  readonly processes: readonly ReportedProcess[];
  readonly alive: boolean;
  /** It has executed a program anew in the same process since (execve). */
  readonly executed?: boolean;
  /** What checks the server while it runs, so that its memory cannot be judged; null where nothing does. */
  readonly checker?: 'sanitizer' | 'valgrind' | null;
}

export interface ReportedCycles {
  readonly requested: Count;
  readonly completed: Count;
  readonly failed: Count;
  readonly warmup: Count;
  readonly confirmation: Count;
  /** Connections of all phases that the server took out of its accept queue. */
  readonly accepted: Count;
  /** Connections that still wait in it. */
  readonly acceptQueue: Count;
  /** Connections of all phases that were tried. */
  readonly connections: Count;
  /** Of all listeners of the network namespace, during the run. */
  readonly listenOverflows: Count;
  readonly listenDrops: Count;
  /**
   * @asType integer
   * @minimum 1
   */
  readonly concurrency: number;
  /** Threads of churn that shared the cycles, where there were several. */
  readonly workers?: Count;
  /** Addresses that the connections came from, where they were named; each worker has one. */
  readonly sources?: readonly string[];
  /**
   * What the clients did; several were taken in the random order of the seed.
   *
   * @optional
   */
  readonly clients: readonly string[];
  readonly durationMs: Milliseconds;
  /** How long they were to be made (--duration); null: until all were. */
  readonly forMs?: Milliseconds | null;
  /** @minimum 0 */
  readonly ratePerSecond: number;
  /** Why the cycles ended before all were made. */
  readonly stopped: StopReason | null;
  /** Failed cycles by what went wrong. */
  readonly failures: Readonly<Record<string, Count>>;
}

export interface ReportedCheck extends Omit<Check, 'kind' | 'before' | 'after' | 'bound'> {
  readonly kind: AnyKind;
  readonly before: number | null;
  readonly after: number | null;
  /** The most growth per cycle that could have been missed, in the unit of the kind. */
  readonly bound: number | null;
}

/** A descriptor that is kept, for those who want to look themselves. */
export interface ReportedHeld {
  readonly what: string;
  /** TCP state; null for a socket without a connection. */
  readonly state: string | null;
  readonly inode: Count;
  readonly pid: Pid;
  readonly fd: Count;
  /** Counted from 1 within its phase. */
  readonly cycle: Count | null;
  readonly phase: CyclePhase | null;
  /** Address and port of the client, as the server may have them in its log; null where the kernel has forgotten them. */
  readonly client?: string | null;
}
