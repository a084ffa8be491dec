import type { JudgedGauge } from '../verdict/gauges.js';

/** Milliseconds. With a rate they count from when a cycle was due: nothing that waited behind a slow one is left out. */
export interface ReportedLatency {
  readonly since: 'due' | 'begun';
  readonly late: ReportedSpread | null;
  readonly connect: ReportedSpread | null;
  readonly reply: ReportedSpread | null;
}

export interface ReportedSpread {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly buckets: ReadonlyArray<{ readonly untilMs: number; readonly count: number }>;
}

export interface ReportedHold {
  readonly requested: number;
  readonly opened: number;
  readonly accepted: number;
  readonly endedByServer: number;
  readonly failures: Readonly<Record<string, number>>;
  /** How they went. */
  readonly end: 'fin' | 'rst';
  /** null: nobody was served without them either. */
  readonly othersServed: boolean | null;
  readonly servedBy: 'answer' | 'accept';
  readonly probes: number;
  readonly aloneMs: number | null;
  readonly medianMs: number | null;
  readonly maxMs: number | null;
  /** What the server had more with them, for each that it accepted. */
  readonly perClient: Readonly<Record<'fds' | 'anonBytes' | 'threads' | 'processes', number | null>>;
  /** Sockets of theirs that the server kept after their end. */
  readonly forgotten: number;
}

/** A number that the server itself exposes. */
export interface ReportedGauge {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly bytes: boolean;
  /** What became of it, and how much of it each cycle kept; null: not known. Not in reports of former versions. */
  readonly state?: JudgedGauge['state'];
  readonly perCycle?: number | null;
  readonly readings: ReadonlyArray<{
    readonly phase: string;
    readonly connections: number;
    readonly value: number | null;
  }>;
}

/** What others did to the server while it was watched. */
export interface ReportedWatch {
  /** null: whoever used it. */
  readonly command: readonly string[] | null;
  /** How it ended; both null where there was no command. */
  readonly status: number | null;
  readonly signal: string | null;
  /** It was ended because the time was up. */
  readonly stopped: boolean;
  readonly runs: number;
  readonly durationMs: number;
  /** Connections in that time. */
  readonly accepted: number;
  /** All of this server and of no other; at least as many of this server; or of all servers of the machine. */
  readonly acceptedBy?: 'server' | 'server-at-least' | 'machine';
  readonly inUse: number;
}
