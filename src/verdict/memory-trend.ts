import type { Evidence, Round } from './evidence.js';
import { heapGrowthOf } from './heap-growth.js';
import { closedLate } from './late.js';
import { judgeLiveHeap, LIVE_HEAP } from './live-heap.js';
import type { MemoryJudgement } from './memory-judgement.js';
import {
  ANY_ROOM,
  hasHeap,
  MEMORY_PROFILES,
  type MemoryThresholds,
  memoryThresholds,
} from './memory-profiles.js';
import { type Kept, pendingTimer } from './memory-timer.js';
import { type Trend, trendOf } from './series.js';

/**
 * By what is alive in the heap where that was read and decides, else by the pages of the server. Only where those had not
 * decided it is the other ever read.
 */
export function judgeMemory(evidence: Evidence): MemoryJudgement {
  const byPages = judgePages(evidence);
  const live = judgeLiveHeap(evidence, byPages.thresholds.harmlessBytes);
  const isDecided = byPages.state === 'flat' || byPages.state === 'grows';
  if (!live || (isDecided && live.state === 'suspect')) return byPages;
  return { ...byPages, ...live, thresholds: { ...byPages.thresholds, ...LIVE_HEAP } };
}

/**
 * Memory is a trend, not a difference. The later half of the rounds is judged: it must rise by Theil-Sen and
 * Mann-Kendall, by more than a clean server of its kind may, with 97.5 % confidence, after the warm-up of a runtime,
 * and in its second half hardly more slowly than in its first. It is flat when neither it, nor what is used of it for the
 * first time, nor what collections of garbage leave may rise by as much.
 */
function judgePages(evidence: Evidence): MemoryJudgement {
  const { leastCollections } = MEMORY_PROFILES[evidence.runtime];
  const needsCollections = leastCollections > 0;
  const read = evidence.rounds.flatMap(({ anonBytes, ...round }) =>
    anonBytes === undefined ? [] : [{ ...round, anonBytes }],
  );
  const rounds = outsideOfHeap(read);
  const thresholds = memoryThresholds(evidence, rounds[0]?.anonBytes ?? 0);
  const { leakBytes, harmlessBytes, hiddenBytes } = thresholds;
  // A leak fills such room in the first half of the connections, or is none that large.
  const hidden = hiddenBytes / Math.max(1, evidence.connections / 2);
  // undefined where a trend says enough: what is hidden has a size.
  const roomBound = hiddenBytes === ANY_ROOM ? boundOfRoom(rounds) : undefined;
  const kept = laterHalf(rounds);
  const trend = trendOfRounds(kept);
  const touched = trendOfTouched(kept);
  const heap = needsCollections ? heapGrowthOf(rounds, leakBytes) : undefined;
  const judged = {
    ...{ trend, touched, heap, thresholds },
    bound:
      trend && (heap || !needsCollections)
        ? (roomBound ?? Math.max(0, hidden, trend.high, touched?.high ?? 0, heap?.high ?? 0))
        : boundWithoutCollection(read),
    perRound: kept.slice(1).map((round, index) => round.anonBytes - (kept[index]?.anonBytes ?? 0)),
    grown: (kept.at(-1)?.anonBytes ?? 0) - (kept[0]?.anonBytes ?? 0),
    grownInAll: (rounds.at(-1)?.anonBytes ?? 0) - (rounds[0]?.anonBytes ?? 0),
    span: [kept[0]?.connections ?? 0, kept.at(-1)?.connections ?? 0] as const,
    steady: false,
    nextRoundCycles: nextRoundCycles(evidence.connections, (roomBound ?? 0) / harmlessBytes),
    timer: undefined,
  };
  if (rounds.length < MIN_KEPT) {
    const few = closedLate(evidence.settled) && !hasHeap(evidence.runtime) ? boundOfFew(rounds) : undefined;
    const isFlat = few !== undefined && few < harmlessBytes;
    return isFlat ? { ...judged, bound: few, state: 'flat' } : { ...judged, state: 'unmeasured' };
  }
  if (!trend || kept.length < MIN_KEPT) return { ...judged, state: 'suspect' };
  const rises = trend.z > RISING_Z && trend.low > leakBytes;
  // Out of time, a rise that small is told by its bound; not in a heap that may hide more than it shows.
  const isBounded = judged.bound !== undefined && judged.bound < harmlessBytes;
  const keeps = heap !== undefined && heap.low > leakBytes;
  const isFlat =
    isBounded &&
    !keeps &&
    (roomBound === undefined
      ? !leaps(kept, harmlessBytes) &&
        !isContradicted(rounds, thresholds, evidence) &&
        (!rises || evidence.budgetSpent)
      : !rises);
  if (isFlat) return { ...judged, state: 'flat' };
  const steady = rises && keepsPace(kept) && (hasHeap(evidence.runtime) || isRegular(judged.perRound));
  const isCollected = collectionsOf(kept) >= leastCollections;
  const grows =
    (steady && isCollected && isBeyond(rounds, thresholds, evidence.connections)) ||
    (heap?.rises === true && evidence.connections >= thresholds.levelConnections);
  const timer = grows ? pendingTimer(evidence, rounds, kept) : undefined;
  return { ...judged, steady, timer, state: grows && !timer ? 'grows' : 'suspect' };
}

/**
 * What is kept lies in pages that were used since the warm-up, so it is no more than they are: that needs to know nothing
 * of the collector. One that copies fills the room that it has freed again and again, and steps up only when that is full:
 * SBCL stood still for 5 000 connections, Racket for more than 3 500, OCaml for 8 000, with all that they kept. The least
 * of the later readings: SBCL gives its room back now and then. And of what was not used the least of all readings: under
 * pressure the kernel forgets that a page was used.
 */
function boundOfRoom(rounds: Kept): number {
  const first = rounds[0]?.connections ?? 0;
  const unusedBytes = Math.min(
    ...rounds.map(({ anonBytes, touchedBytes = anonBytes }) => anonBytes - touchedBytes),
  );
  const readings = laterHalf(rounds).flatMap(round => (round.lowest ? [round, round.lowest] : [round]));
  return Math.min(
    ...readings.map(
      ({ connections, anonBytes }) => (anonBytes - unusedBytes) / Math.max(1, connections - first),
    ),
  );
}

/**
 * A sixteenth of what there was. Where the room is so many times what is harmless, so many times the connections are
 * needed, and those that are missing come in eight rounds.
 */
function nextRoundCycles(connections: number, timesHarmless: number): number {
  const missing = (timesHarmless - 1) * connections;
  return Math.ceil(Math.max(500, connections / ROUNDS_PER_HALF / 2, missing / ROUNDS_PER_HALF));
}

/**
 * A server that closes late is at rest only where it was waited for, which takes seconds each time. Where malloc gives
 * back at once two such readings bound what is kept between them, but for the pages that both may have begun.
 */
function boundOfFew(rounds: Kept): number | undefined {
  const [first] = rounds;
  const last = rounds.at(-1);
  if (!first || !last || last.connections <= first.connections) return undefined;
  const grown = last.anonBytes - first.anonBytes;
  const touched = (last.touchedBytes ?? 0) - (first.touchedBytes ?? 0);
  return (Math.max(0, grown, touched) + 2 * PAGE_BYTES) / (last.connections - first.connections);
}

/** Of a JVM that tells where its heap is: what collections leave in it is judged by itself, and the rest by what is outside. */
function outsideOfHeap(rounds: Kept): Kept {
  const outside = rounds.flatMap(({ anonBytes, heap, ...round }) =>
    heap?.residentBytes === undefined ? [] : [{ ...round, heap, anonBytes: anonBytes - heap.residentBytes }],
  );
  return outside.length === rounds.length ? outside : rounds;
}

/**
 * As long as nothing was ever collected, nothing that is kept finds room but in fresh pages. Not where it had them before
 * it needed them (-XX:+AlwaysPreTouch), and so needs no more.
 */
function boundWithoutCollection(rounds: Kept): number | undefined {
  const residentBytes = ({ heap }: Round) => heap?.residentBytes ?? 0;
  const [first] = rounds;
  const last = rounds.at(-1);
  if (!first || !last || !rounds.every(({ heap }) => heap?.collections === 0)) return undefined;
  if (residentBytes(last) <= residentBytes(first)) return undefined;
  const trend = trendOfRounds(laterHalf(rounds));
  return trend && Math.max(0, trend.high);
}

/** It rose by more than a collector lets the heap of a clean server grow, or for longer than any was seen to. */
function isBeyond(rounds: Kept, thresholds: MemoryThresholds, connections: number): boolean {
  const { allowedBytes, plentyBytes, warmConnections, levelConnections } = thresholds;
  if (connections >= levelConnections) return true;
  const grown = grownFromStart(rounds);
  if (grown >= plentyBytes) return connections >= warmConnections / 4;
  return grown > allowedBytes && connections >= warmConnections;
}

/**
 * A heap that is copied doubles in leaps and stands still in between, for longer each time: no trend of its later half
 * shows that. Haskell that kept 10 KiB per connection rose from 2 to 238 MB so, and was told as flat. Where a trend is
 * believed, what is more than its collector may have taken has to be harmless over all connections too.
 */
function isContradicted(rounds: Kept, thresholds: MemoryThresholds, evidence: Evidence): boolean {
  const { runtime, connections } = evidence;
  if (!hasHeap(runtime) || MEMORY_PROFILES[runtime].leastCollections > 0) return false;
  return grownFromStart(rounds) > thresholds.allowedBytes + thresholds.harmlessBytes * connections;
}

/** The lowest of the last readings, in case the very last one stands just before a collection. */
function grownFromStart(rounds: Kept): number {
  return Math.min(...rounds.slice(-3).map(({ anonBytes }) => anonBytes)) - (rounds[0]?.anonBytes ?? 0);
}

/** More memory at the end of these rounds than at their beginning, though no trend shows it: some single steps did it. */
function leaps(kept: Kept, harmlessBytes: number): boolean {
  const level = (part: Kept) => Math.min(...part.map(({ anonBytes }) => anonBytes));
  const grown = level(kept.slice(-3)) - level(kept.slice(0, 3));
  const connections = (kept.at(-1)?.connections ?? 0) - (kept[0]?.connections ?? 0);
  return grown > LEAP_BYTES && grown > harmlessBytes * connections;
}

/** Rounds of the later half of all connections, but not fewer than a trend needs: confirming rounds are long ones. */
function laterHalf(rounds: Kept): Kept {
  const from = (rounds.at(-1)?.connections ?? 0) / 2;
  const later = rounds.filter(({ connections }) => connections >= from);
  return later.length >= ROUNDS_PER_HALF ? later : rounds.slice(-ROUNDS_PER_HALF);
}

function collectionsOf(kept: Kept): number {
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
/** Two huge pages: less is no sign of anything. */
const LEAP_BYTES = 4 * 1_048_576;
const MIN_KEPT = 6;
const PAGE_BYTES = 4_096;
const ROUNDS_PER_HALF = 8;
