/** Takes down how long things took. A cycle without one costs nothing for it. */
export interface Stopwatch {
  /** From the moment in which a cycle was due to the one in which it began: only where cycles are due at a time. */
  began(lateMs: number): void;
  connected(ms: number): void;
  answered(ms: number): void;
}

/** How long something took, over all cycles. Plain data, in milliseconds. */
export interface Spread {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How many took longer than the bucket before, and up to `untilMs`; those in the middle may be empty. */
  readonly buckets: ReadonlyArray<{ readonly untilMs: number; readonly count: number }>;
}

export interface Latency {
  /** With a rate a time begins when its cycle was due, so that waiting behind a slow one counts. */
  readonly since: 'due' | 'begun';
  readonly late: Spread | undefined;
  readonly connect: Spread | undefined;
  readonly reply: Spread | undefined;
}
