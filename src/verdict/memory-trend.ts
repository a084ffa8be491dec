import { type HeapGrowth, heapGrowthOf } from './collected-heap.js';
import type { Evidence, Round } from './evidence.js';
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

/** How the memory of a kind of server behaves when it is clean. */
interface Manners {
  /** Least growth per connection that is a leak, in bytes. */
  readonly leakBytes: number;
  /** A bound below this is good enough: no more rounds. */
  readonly clearBytes: number;
  /** Connections before which a rise may be warm-up: a cache, a ring or a heap that grows to its size. */
  readonly warmConnections: number;
  /** A rise of so much in the judged rounds, per process, is no warm-up after a quarter of these connections either. */
  readonly leakedBytes: number;
  /** Garbage collections in the judged rounds without which a rise is but garbage. */
  readonly leastCollections: number;
}

const MIB = 1_048_576;

const MANNERS: Readonly<Record<Evidence['runtime'], Manners>> = {
  /**
   * malloc gives back or reuses at once. What rises all the same in a clean server: two workers that each fill a ring
   * of 256 blocks did so for 8 000 connections, and so did the arenas of stunnel.
   */
  native: {
    leakBytes: 16,
    clearBytes: 32,
    warmConnections: 20_000,
    leakedBytes: 8 * MIB,
    leastCollections: 0,
  },
  /** Arenas and caches fill up first; clean Python servers were flat from 2 000 connections on. */
  interpreted: {
    leakBytes: 64,
    clearBytes: 256,
    warmConnections: 10_000,
    leakedBytes: 4 * MIB,
    leastCollections: 0,
  },
  /**
   * A heap grows to its size first, and that in a straight line. Measured on clean servers, 16 clients at a time, from
   * 1 000 connections to where they stayed level: HTTP on Node 20 from 15 to 44 MiB at 20 000, on Node 24 from 29 to 88
   * at 23 000, TLS on Node 24 from 28 to 147 at 22 000. So no rise is too much for a warm-up. Some runs have a second one:
   * plain sockets on Node 24 were level at 50 MiB from 21 000 on, or rose again from 26 000 to 41 000, to 78.
   */
  managed: {
    leakBytes: 256,
    clearBytes: 512,
    warmConnections: 80_000,
    leakedBytes: Number.POSITIVE_INFINITY,
    leastCollections: 0,
  },
  /**
   * With much memory it collects so rarely that garbage looks like a leak: a clean server of java.nio on a machine of
   * 24 GiB rose by 1.9 KiB per connection in a straight line, from 42 000 connections to 143 000, between two collections.
   */
  jvm: {
    leakBytes: 256,
    clearBytes: 512,
    warmConnections: 40_000,
    leakedBytes: Number.POSITIVE_INFINITY,
    leastCollections: 3,
  },
};

/** A heap that is collected now and then: its level moves in leaps, and mappings come and go with it. */
export function hasHeap(runtime: Evidence['runtime']): boolean {
  return runtime === 'managed' || runtime === 'jvm';
}

/**
 * Memory is a trend, not a difference. The later half of the rounds is judged: it must rise by Theil-Sen and
 * Mann-Kendall, by more than a clean server of its kind may, with 97.5 % confidence, after the warm-up of a runtime,
 * and in its second half hardly more slowly than in its first.
 */
export function judgeMemory(evidence: Evidence): MemoryJudgement {
  const { clearBytes, leakedBytes, leastCollections } = MANNERS[evidence.runtime];
  const { leakBytes, warmConnections } = memoryThresholds(evidence);
  const rounds = evidence.rounds.flatMap(({ anonBytes, ...round }) =>
    anonBytes === undefined ? [] : [{ ...round, anonBytes }],
  );
  const kept = laterHalf(rounds);
  const trend = trendOfRounds(kept);
  const isCollected = evidence.runtime === 'jvm';
  const heap = isCollected ? heapGrowthOf(rounds, leakBytes) : undefined;
  const judged = {
    trend,
    heap,
    bound: trend && (heap || !isCollected) ? Math.max(0, trend.high, heap?.high ?? 0) : undefined,
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

/**
 * What memory is held against in this server: least growth per connection that is a leak, and its warm-up. Workers share
 * the connections, and each has a heap that grows to its size: two of node:cluster on Node 24 rose until 50 000.
 */
export function memoryThresholds({
  runtime,
  before,
}: Evidence): Pick<Manners, 'leakBytes' | 'warmConnections'> {
  const { leakBytes, warmConnections } = MANNERS[runtime];
  const parents = new Set(before.processes.map(({ parentPid }) => parentPid));
  const workers = before.processes.filter(({ pid }) => !parents.has(pid)).length;
  return { leakBytes, warmConnections: warmConnections * (hasHeap(runtime) ? Math.max(1, workers) : 1) };
}

function trendOfRounds(rounds: Kept): Trend | undefined {
  return trendOf(
    rounds.map(({ connections }) => connections),
    rounds.map(({ anonBytes }) => anonBytes),
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
