import type { Count, Milliseconds } from '../units.js';
import type { GaugeReading } from '../verdict/evidence.js';
import type { JudgedGauge } from '../verdict/gauges.js';
import type { StageRow } from '../verdict/stages.js';

/** Milliseconds. With a rate they count from when a cycle was due: nothing that waited behind a slow one is left out. */
export interface ReportedLatency {
  readonly since: 'due' | 'begun';
  /** From when it was due to when it began. */
  readonly late: ReportedSpread | null;
  readonly connect: ReportedSpread | null;
  readonly reply: ReportedSpread | null;
}

export interface ReportedSpread {
  readonly count: Count;
  readonly p50Ms: Milliseconds;
  readonly p90Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
  readonly maxMs: Milliseconds;
  /** How many took longer than the bucket before, and up to `untilMs`. */
  readonly buckets: ReadonlyArray<{ readonly untilMs: Milliseconds; readonly count: Count }>;
}

/** What the server has answered to requests of HTTP, in all phases. */
export interface ReportedAnswers {
  readonly routes: ReadonlyArray<{
    /** Method and path. */
    readonly route: string;
    /** How many of each status. */
    readonly statuses: Readonly<Record<string, Count>>;
    /** How many of them were expected ones, of how many. */
    readonly expected: Count;
    readonly total: Count;
  }>;
  /** How long the first answer took, and the last. */
  readonly firstMs: Milliseconds | null;
  readonly lastMs: Milliseconds | null;
  /** Connections that the server ended before all requests were made on them. */
  readonly cutShort: Count;
}

export interface ReportedHold {
  readonly requested: Count;
  readonly opened: Count;
  readonly accepted: Count;
  /** @optional */
  readonly endedByServer: Count;
  /** @optional */
  readonly failures: Readonly<Record<string, Count>>;
  /**
   * How they went.
   *
   * @optional
   */
  readonly end: 'fin' | 'rst';
  /** null: nobody was served without them either. */
  readonly othersServed: boolean | null;
  readonly servedBy: 'answer' | 'accept';
  /** @optional */
  readonly probes: Count;
  /** @optional */
  readonly aloneMs: Milliseconds | null;
  /** @optional */
  readonly medianMs: Milliseconds | null;
  /** @optional */
  readonly maxMs: Milliseconds | null;
  /** What the server had more with them, for each that it accepted. */
  readonly perClient: PerClient;
  /** Sockets of theirs that the server kept after their end. */
  readonly forgotten: Count;
}

export type PerClient = Readonly<Record<'fds' | 'anonBytes' | 'threads' | 'processes', number | null>>;

/** A number that the server itself exposes. */
export interface ReportedGauge {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
  /** Judged by its trend, as memory is. */
  readonly bytes: boolean;
  /**
   * What became of it: as before, growing, kept, grown once, not decided, falling, not there. Not in reports of former
   * versions.
   */
  readonly state?: JudgedGauge['state'];
  /** Kept of it by each cycle; null: not known. Not in reports of former versions. */
  readonly perCycle?: number | null;
  readonly readings: ReadonlyArray<{
    readonly phase: GaugeReading['phase'];
    readonly connections: Count;
    /** null when it could not be read. */
    readonly value: number | null;
  }>;
}

/** One phase that a load has announced (`watch --stage`), and what the server keeps of its time. */
export interface ReportedStage {
  /** As the load called it; null: what came before the first announcement. */
  readonly name: string | null;
  /** Of what was found of the server as a whole: nothing is accused here that is not accused there. */
  readonly status: StageRow['status'];
  /**
   * Why there is no verdict on it.
   *
   * @minLength 1
   */
  readonly said: string | null;
  /** How often it was announced. */
  readonly times: Count;
  readonly durationMs: Milliseconds;
  /** Connections in its time; null where they are not counted by this server. */
  readonly accepted: Count | null;
  /** Of what is kept: what came in its time and in no other's, and what came at its border. */
  readonly kept: Count;
  readonly atBorder: Count;
  /** In words; memory, threads and children at its beginning and end, which are told and not judged. */
  readonly cells: Readonly<Record<'connections' | 'fd' | 'memory' | 'threads' | 'children', StageCell>>;
}

/** @minLength 1 */
export type StageCell = string;

/** What others did to the server while it was watched. */
export interface ReportedWatch {
  /** The load; null: whoever used it. */
  readonly command: readonly string[] | null;
  /** How the load ended by itself; both null where there was no command. */
  readonly status: Count | null;
  readonly signal: string | null;
  /** It was ended because the time was up. */
  readonly stopped: boolean;
  readonly runs: Count;
  readonly durationMs: Milliseconds;
  /** Connections in that time. */
  readonly accepted: Count;
  /**
   * Whose: all of this server and of no other; at least as many of this server; or of all servers of the machine, by which
   * nothing is judged then.
   */
  readonly acceptedBy?: 'server' | 'server-at-least' | 'machine';
  /** Connections whose clients were still there. */
  readonly inUse: Count;
}
