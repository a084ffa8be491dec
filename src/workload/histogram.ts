import hdr from 'hdr-histogram-js/dist/Int32Histogram.js';
import type { Latency, Spread, Stopwatch } from './stopwatch.js';

/**
 * Times of a run, however long, in three HdrHistograms of 100 KiB: from a microsecond to an hour, to three digits.
 * Writing one down takes 0.1 µs. Loading takes 9 ms: only where times are asked for.
 */
export class Histograms implements Stopwatch {
  readonly #late = newHistogram();
  readonly #connect = newHistogram();
  readonly #reply = newHistogram();

  began(lateMs: number): void {
    write(this.#late, lateMs);
  }

  connected(ms: number): void {
    write(this.#connect, ms);
  }

  answered(ms: number): void {
    write(this.#reply, ms);
  }

  /** What was written down, for the histograms of another thread; they are empty again. */
  take(): RecordedTimes {
    const all = [this.#late, this.#connect, this.#reply] as const;
    const [late, connect, reply] = all.map(histogram => {
      const counts = countsOf(histogram);
      histogram.reset();
      return counts;
    }) as [TimeCounts, TimeCounts, TimeCounts];
    return { late, connect, reply };
  }

  /** Adds what others have written down. */
  add({ late, connect, reply }: RecordedTimes): void {
    addCounts(this.#late, late);
    addCounts(this.#connect, connect);
    addCounts(this.#reply, reply);
  }

  latency(since: Latency['since']): Latency {
    return {
      since,
      late: spreadOf(this.#late),
      connect: spreadOf(this.#connect),
      reply: spreadOf(this.#reply),
    };
  }
}

/** Times in microseconds, and how often each was written down. */
type TimeCounts = ReadonlyArray<readonly [us: number, count: number]>;

export interface RecordedTimes {
  readonly late: TimeCounts;
  readonly connect: TimeCounts;
  readonly reply: TimeCounts;
}

type Histogram = InstanceType<typeof hdr.default>;

function addCounts(histogram: Histogram, counts: TimeCounts): void {
  for (const [us, count] of counts) histogram.recordValueWithCount(us, count);
}

function countsOf(histogram: Histogram): TimeCounts {
  const counts: [number, number][] = [];
  const values = histogram.recordedValuesIterator;
  values.reset();
  while (values.hasNext()) {
    const { valueIteratedTo, countAddedInThisIterationStep } = values.next();
    counts.push([valueIteratedTo, countAddedInThisIterationStep]);
  }
  return counts;
}

function newHistogram(): Histogram {
  return new hdr.default(1, MAX_US, 3);
}

function write(histogram: Histogram, ms: number): void {
  const us = Math.round(ms * 1_000);
  histogram.recordValue(us < 1 ? 1 : us > MAX_US ? MAX_US : us);
}

/** undefined when nothing was written down. */
function spreadOf(histogram: Histogram): Spread | undefined {
  if (histogram.totalCount === 0) return undefined;
  const maxMs = histogram.maxValue / 1_000;
  // A value stands for all that are equal to it within three digits: the highest of them may lie above the maximum.
  const at = (percent: number) => Math.min(maxMs, histogram.getValueAtPercentile(percent) / 1_000);
  return {
    count: histogram.totalCount,
    p50Ms: at(50),
    p90Ms: at(90),
    p99Ms: at(99),
    maxMs,
    buckets: bucketsOf(histogram),
  };
}

/** Buckets whose upper ends are 1, 2, 5, 10 … µs, from the first to the last that is not empty. */
function bucketsOf(histogram: Histogram): Spread['buckets'] {
  const counts = new Map<number, number>();
  for (const [us, count] of countsOf(histogram)) {
    const end = ENDS_US.find(until => us <= until) ?? MAX_US;
    counts.set(end, (counts.get(end) ?? 0) + count);
  }
  const ends = [...counts.keys()];
  return ENDS_US.filter(us => us >= Math.min(...ends) && us <= Math.max(...ends)).map(us => ({
    untilMs: us / 1_000,
    count: counts.get(us) ?? 0,
  }));
}

const MAX_US = 3_600_000_000;
const ENDS_US = [
  ...Array.from({ length: 10 }, (_, power) => [1, 2, 5].map(digit => digit * 10 ** power)).flat(),
]
  .filter(us => us < MAX_US)
  .concat(MAX_US);
