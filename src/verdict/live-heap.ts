import type { LiveHeap } from '../gather/live-heap.js';
import type { PendingTimer } from '../sampler/sleep.js';
import type { Evidence } from './evidence.js';
import type { HeapGrowth } from './heap-growth.js';
import type { MemoryJudgement } from './memory-judgement.js';
import { recentConnections } from './memory-timer.js';
import { type Trend, trendOf } from './series.js';

/** Memory by what is alive behind forced collections, in place of the pages that a heap has taken. */
interface LiveHeapJudgement
  extends Pick<
    MemoryJudgement,
    'heap' | 'bound' | 'perRound' | 'span' | 'steady' | 'grown' | 'grownInAll' | 'nextRoundCycles' | 'timer'
  > {
  readonly state: 'flat' | 'grows' | 'suspect';
}

/**
 * No garbage, and no room that a collector has taken: a clean server is level within some KiB, so that a few bytes per
 * connection can be told from none. What still rises in a clean one is a cache that fills, so nothing is accused before
 * `CACHED` connections, and what goes with a timer. What lies outside of the heap is bounded by its pages, and never
 * accused here. undefined where nothing of it was read.
 */
export function judgeLiveHeap(evidence: Evidence, outsideBytes: number): LiveHeapJudgement | undefined {
  const { readings = [] } = evidence.own?.liveHeap ?? {};
  const [first] = readings;
  const last = readings.at(-1);
  if (!first || !last) return undefined;
  const judged = laterHalf(readings);
  const heap = growthOf(judged, first);
  // What the first collection by force makes V8 compile anew was not there before.
  const outside = boundOutside(judged.filter(reading => reading !== first));
  const grown = last.keptBytes - (judged[0] ?? last).keptBytes;
  const grownInAll = last.keptBytes - first.keptBytes;
  const told = {
    ...{ heap, grown, grownInAll },
    bound: heap && outside !== undefined ? Math.max(0, heap.high, outside) : undefined,
    perRound: stepsOf(judged),
    span: [judged[0]?.connections ?? 0, last.connections] as const,
    steady: heap?.rises ?? false,
    nextRoundCycles: nextRoundCycles(last.connections),
    timer: undefined,
  };
  if (!heap || judged.length < LEAST_READINGS) return { ...told, state: 'suspect' };
  const isFlat = heap.high < LIVE_HEAP.harmlessBytes && heap.low <= LIVE_HEAP.leakBytes;
  if (isFlat && outside !== undefined && outside < outsideBytes) return { ...told, state: 'flat' };
  const isBeyondCaches = CACHES.some(
    ([entries, bytes]) => last.connections >= entries && grownInAll >= bytes,
  );
  const timer = heap.rises && isBeyondCaches ? pendingTimer(evidence, judged) : undefined;
  return { ...told, timer, state: heap.rises && isBeyondCaches && !timer ? 'grows' : 'suspect' };
}

/** It rises by more than its noise, in the second half hardly more slowly, and in the last step still. */
function growthOf(judged: readonly Reading[], first: Reading): HeapGrowth | undefined {
  const trend = trendOfKept(judged);
  const [last, previous] = [judged.at(-1), judged.at(-2)];
  if (!trend || !last || !previous) return undefined;
  const half = judged.length >> 1;
  const [early, late] = [trendOfKept(judged.slice(0, half)), trendOfKept(judged.slice(-half))];
  const keepsPace = early !== undefined && late !== undefined && late.slope >= early.slope / 2;
  const usual = (trend.slope * (last.connections - previous.connections)) / 2;
  return {
    ...{ slope: trend.slope, low: trend.low, high: trend.high },
    rises:
      trend.z > RISING_Z &&
      trend.low > LIVE_HEAP.leakBytes &&
      keepsPace &&
      last.keptBytes - previous.keptBytes > usual - NOISE_BYTES,
    perRound: stepsOf(judged),
    span: [first.connections, last.connections],
  };
}

/**
 * What the program has alive may go when its longest timer runs out, as sessions with a time to live do. It is none of
 * these where the connections of one such time are no more in the end than they were in the beginning, or are so little
 * more that all that is alive could not make up for the growth.
 */
function pendingTimer(evidence: Evidence, judged: readonly Reading[]): PendingTimer | undefined {
  const timer = evidence.own?.liveHeap?.timer;
  const [begin, end] = [judged[0], judged.at(-1)];
  if (!timer || !begin || !end) return undefined;
  const { call, ms } = timer;
  const moments = [{ atMs: evidence.before.atMs, connections: 0 }, ...evidence.rounds, ...judged].filter(
    (moment): moment is Moment => moment.atMs !== undefined,
  );
  moments.sort((one, other) => one.atMs - other.atMs);
  const pending = { call, dueMs: ms, dueAtMs: evidence.before.atMs + ms };
  if (begin.atMs <= pending.dueAtMs + MAX_LATE_MS) return pending;
  const recently = recentConnections(moments, end, ms);
  const more = recently - recentConnections(moments, begin, ms);
  if (more <= 0) return undefined;
  const wouldTakeBytes = ((end.keptBytes - begin.keptBytes) * recently) / more;
  return wouldTakeBytes > end.keptBytes ? undefined : pending;
}

type Reading = LiveHeap['readings'][number];

interface Moment {
  readonly atMs: number;
  readonly connections: number;
}

function laterHalf(readings: readonly Reading[]): readonly Reading[] {
  const from = (readings.at(-1)?.connections ?? 0) / 2;
  const later = readings.filter(({ connections }) => connections >= from);
  return later.length >= JUDGED_READINGS ? later : readings.slice(-JUDGED_READINGS);
}

function trendOfKept(readings: readonly Reading[]): Trend | undefined {
  return trendOf(
    readings.map(({ connections }) => connections),
    readings.map(({ keptBytes }) => keptBytes),
  );
}

/**
 * Growth per connection outside of the heap that may have been missed. V8 compiles in other threads, whose arenas grow for
 * that and shrink again: noise only adds, so that the least of each half is compared.
 */
function boundOutside(readings: readonly Reading[]): number | undefined {
  const known = readings.flatMap(({ connections, outsideBytes }) =>
    outsideBytes === undefined ? [] : [{ connections, outsideBytes }],
  );
  const half = known.length >> 1;
  if (half < 2) return undefined;
  const [early, late] = [known.slice(0, half), known.slice(-half)];
  const least = (part: typeof known) => Math.min(...part.map(({ outsideBytes }) => outsideBytes));
  const mean = (part: typeof known) => part.reduce((sum, { connections }) => sum + connections, 0) / half;
  return Math.max(0, least(late) - least(early) + ROOM_BYTES) / (mean(late) - mean(early));
}

function stepsOf(readings: readonly Reading[]): number[] {
  return readings.slice(1).map(({ keptBytes }, index) => keptBytes - (readings[index]?.keptBytes ?? 0));
}

/** A quarter of what there was, and no further than to where a rise may be accused. */
function nextRoundCycles(connections: number): number {
  const missing = CACHES.map(([entries]) => entries - connections).find(cycles => cycles > 0) ?? Infinity;
  return Math.ceil(Math.max(LEAST_CYCLES, Math.min(connections / 4, missing)));
}

const MIB = 1_048_576;
/**
 * A cache rises in a straight line until all of its entries are there. What has more entries than this, and has grown by
 * more than these bytes since the first reading, is taken for none: clients that ask for the same fill none so large.
 */
const CACHES = [
  [5_000, 64 * MIB],
  [12_500, 8 * MIB],
  [25_000, 0],
] as const;
const CACHED = 25_000;
/**
 * In place of those of the runtime, which are of pages. What V8 notes of code, and weak lists that it packs seldom, rose by
 * up to 20 B per connection in the first 12 000 of a clean server, and by 4 from there on.
 */
export const LIVE_HEAP = {
  ...{ leakBytes: 32, harmlessBytes: 48, warmConnections: CACHED, levelConnections: CACHED },
  allowedBytes: 0,
} as const;
const LEAST_READINGS = 6;
/** Further readings are used where there are any. */
const JUDGED_READINGS = 8;
const LEAST_CYCLES = 800;
const RISING_Z = 2.6;
/** What V8 compiles and forgets of its own: clean servers went up and down by up to 40 KiB. */
const NOISE_BYTES = 40_960;
/** By which those differed in a clean server. */
const ROOM_BYTES = 131_072;
const MAX_LATE_MS = 200;
