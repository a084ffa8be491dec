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
