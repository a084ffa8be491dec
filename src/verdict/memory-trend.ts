import { type HeapGrowth, heapGrowthOf } from './collected-heap.js';
import type { Evidence, Round } from './evidence.js';
import { hasHeap, MANNERS, memoryThresholds } from './memory-manners.js';
import { type Trend, trendOf } from './series.js';

/**
 * - `flat`: no trend, or one that is too small to tell from the server's own noise; `bound` says what was missed at most;
 * - `suspect`: it rises, or the noise would hide a leak; more cycles can tell a warm-up from a leak;
 * - `grows`: it went on rising at the same pace;
 * - `unmeasured`: memory could not be read, or there were too few rounds.
 */
export interface MemoryJudgement {
  readonly state: 'flat' | 'suspect' | 'grows' | 'unmeasured';
  readonly trend: Trend | undefined;
  /** Of what was used since the warm-up: a leak uses ever more of the room that a crowd has left, before it grows. */
  readonly touched: Trend | undefined;
  /** What a JVM keeps, where it has collected its garbage at least twice and tells. */
  readonly heap: HeapGrowth | undefined;
  /** Growth per connection that could have been missed; undefined where garbage may hide any. */
  readonly bound: number | undefined;
  readonly perRound: readonly number[];
  /** Connections between which the rounds were judged. */
  readonly span: readonly [from: number, to: number];
  /** It rises without slowing down, whether that went on for long enough or not. */
  readonly steady: boolean;
  /** Bytes over the rounds that were judged. */
  readonly grown: number;
  readonly nextRoundCycles: number;
}

/**
 * Memory is a trend, not a difference. The later half of the rounds is judged: it must rise by Theil-Sen and
 * Mann-Kendall, by more than a clean server of its kind may, with 97.5 % confidence, after the warm-up of a runtime,
 * and in its second half hardly more slowly than in its first. It is flat when neither it, nor what is used of it for the
 * first time, nor what collections of garbage leave may rise by as much.
 */
export function judgeMemory(evidence: Evidence): MemoryJudgement {
  const { clearBytes, leakedBytes, leastCollections } = MANNERS[evidence.runtime];
  const { leakBytes, warmConnections } = memoryThresholds(evidence);
  const rounds = evidence.rounds.flatMap(({ anonBytes, ...round }) =>
    anonBytes === undefined ? [] : [{ ...round, anonBytes }],
  );
  const kept = laterHalf(rounds);
  const trend = trendOfRounds(kept);
  const touched = trendOfTouched(kept);
  const needsCollections = leastCollections > 0;
  const heap = needsCollections ? heapGrowthOf(rounds, leakBytes) : undefined;
  const judged = {
    trend,
    touched,
    heap,
    bound:
      trend && (heap || !needsCollections)
        ? Math.max(0, trend.high, touched?.high ?? 0, heap?.high ?? 0)
        : undefined,
    perRound: kept.slice(1).map((round, index) => round.anonBytes - (kept[index]?.anonBytes ?? 0)),
    grown: (kept.at(-1)?.anonBytes ?? 0) - (kept[0]?.anonBytes ?? 0),
    span: [kept[0]?.connections ?? 0, kept.at(-1)?.connections ?? 0] as const,
    steady: false,
    nextRoundCycles: Math.max(500, Math.ceil(evidence.connections / ROUNDS_PER_HALF / 2)),
  };
  if (rounds.length < LEAST_KEPT) return { ...judged, state: 'unmeasured' };
  if (!trend || kept.length < LEAST_KEPT) return { ...judged, state: 'suspect' };
  const rises = trend.z > RISING_Z && trend.low > leakBytes;
  // Out of time, a rise that small is told by its bound.
  const isBounded = judged.bound !== undefined && judged.bound < clearBytes;
  const keeps = heap !== undefined && heap.low > leakBytes;
  if (isBounded && !keeps && (!rises || evidence.budgetSpent)) return { ...judged, state: 'flat' };
  const much = judged.grown >= leakedBytes * Math.max(1, evidence.before.processes.length);
  const warm =
    evidence.connections >= (much ? warmConnections / 4 : warmConnections) &&
    collectionsIn(kept) >= leastCollections;
  const steady = rises && keepsPace(kept) && (hasHeap(evidence.runtime) || isRegular(judged.perRound));
  const grows = (warm && steady) || (heap?.rises === true && evidence.connections >= warmConnections);
  return { ...judged, steady, state: grows ? 'grows' : 'suspect' };
}

/** Rounds of the later half of all connections, but not fewer than a trend needs: confirming rounds are long ones. */
function laterHalf(rounds: Kept): Kept {
  const from = (rounds.at(-1)?.connections ?? 0) / 2;
  const later = rounds.filter(({ connections }) => connections >= from);
  return later.length >= ROUNDS_PER_HALF ? later : rounds.slice(-ROUNDS_PER_HALF);
}

type Kept = ReadonlyArray<Round & { readonly anonBytes: number }>;

function collectionsIn(kept: Kept): number {
  return (kept.at(-1)?.heap?.collections ?? 0) - (kept[0]?.heap?.collections ?? 0);
}

function trendOfRounds(rounds: Kept): Trend | undefined {
  return trendOf(
    rounds.map(({ connections }) => connections),
    rounds.map(({ anonBytes }) => anonBytes),
  );
}

function trendOfTouched(rounds: Kept): Trend | undefined {
  const read = rounds.flatMap(({ connections, touchedBytes }) =>
    touchedBytes === undefined ? [] : [{ connections, touchedBytes }],
  );
  return trendOf(
    read.map(({ connections }) => connections),
    read.map(({ touchedBytes }) => touchedBytes),
  );
}

/** The slope of the second half is at least half of that of the first: a leak does not slow down, a warm-up does. */
function keepsPace(kept: Kept): boolean {
  const half = Math.floor(kept.length / 2);
  const first = trendOfRounds(kept.slice(0, half))?.slope ?? 0;
  const second = trendOfRounds(kept.slice(half))?.slope ?? 0;
  return second >= first / 2;
}

/**
 * A forgotten block is forgotten again in each round, so nearly every round grows. An allocator that is torn between
 * blocks of all sizes grows too, slowly and for long, but by leaps, and gives some of it back in between.
 */
function isRegular(perRound: readonly number[]): boolean {
  return perRound.filter(bytes => bytes > 0).length >= 0.9 * perRound.length;
}

/** One flat, noisy series in two hundred rises by more than this. */
const RISING_Z = 2.6;
const LEAST_KEPT = 6;
const ROUNDS_PER_HALF = 8;
