import type { ProcessSnapshot } from '../sampler/snapshot.js';
import type { CensusKey, Evidence } from './evidence.js';
import { hasHeap } from './memory-profiles.js';
import { identity } from './processes.js';

/**
 * What became of a growth without a name:
 * - `none`: nothing grew;
 * - `suspect`: it grew, and further cycles have not decided yet;
 * - `recurs`: it grew again in every confirming round;
 * - `levelled`: it stopped growing: opened once, or a pool that is full;
 * - `saturated`: it stopped because a limit was reached, which is no recovery.
 */
export type Recurrence = 'none' | 'suspect' | 'recurs' | 'levelled' | 'saturated';

export interface Growth {
  readonly key: CensusKey;
  readonly recurrence: Recurrence;
  /** From the warm-up to the end of the judged cycles. */
  readonly inCycles: number;
  /** From the warm-up to the very end. */
  readonly total: number;
  readonly perRound: readonly number[];
}

/** Confirming rounds that must all show growth before it is accused, or none before it is cleared. */
export const CONFIRMING_ROUNDS = 3;

export function growthOf(evidence: Evidence, key: CensusKey): Growth {
  const base = evidence.baselineCounts[key];
  const counted = evidence.rounds.flatMap(({ phase, connections, counts }) =>
    counts ? [{ phase, connections, count: counts[key] }] : [],
  );
  const main = counted.findLast(({ phase }) => phase === 'cycles');
  const confirming = counted.filter(({ phase }) => phase === 'confirm');
  const inCycles = (main?.count ?? base) - base;
  const total = (confirming.at(-1)?.count ?? main?.count ?? base) - base;
  const rounds = main ? mergedGrowth([main, ...confirming], (2 * evidence.cycles.completed) / inCycles) : [];
  return {
    key,
    inCycles,
    total,
    perRound: rounds.map(({ growth }) => growth),
    recurrence: judgeRecurrence(evidence, key, inCycles, total, rounds),
  };
}

/**
 * Growth from one count to the next; rounds too short to show any, at the rate that was seen, are joined to the
 * following one. The last count is left out while its round is too short.
 */
function mergedGrowth(
  counts: ReadonlyArray<{ connections: number; count: number }>,
  leastCycles: number,
): GrowthInRound[] {
  const rounds: GrowthInRound[] = [];
  let from = counts[0];
  for (const next of counts.slice(1)) {
    if (!from || next.connections - from.connections < leastCycles) continue;
    rounds.push({ growth: next.count - from.count, made: next.connections - from.connections });
    from = next;
  }
  return rounds;
}

interface GrowthInRound {
  readonly growth: number;
  /** Connections of the round. */
  readonly made: number;
}

function judgeRecurrence(
  evidence: Evidence,
  key: CensusKey,
  inCycles: number,
  total: number,
  rounds: readonly GrowthInRound[],
): Recurrence {
  const perRound = rounds.map(({ growth }) => growth);
  if (inCycles < leastSuspicious(key, evidence)) return 'none';
  if (isDescriptor(key) && fillsTheLimit(evidence, inCycles)) return 'saturated';
  if (perRound.length < CONFIRMING_ROUNDS) {
    // As many cycles again are enough where nobody who serves them has it: three rounds of such a rate may take minutes.
    const wentOn = total > inCycles || evidence.confirm.completed < evidence.cycles.completed;
    return !wentOn && isOfBystanders(evidence, key) ? 'levelled' : 'suspect';
  }
  const latest = perRound.slice(-CONFIRMING_ROUNDS);
  const stopped = keepsTheDead(evidence, key, inCycles, total) ? 'saturated' : 'levelled';
  if (latest.every(growth => growth <= 0)) return stopped;
  const pace = paceOf(evidence, perRound, inCycles);
  const goesOn = isDescriptor(key) && keepsOn(rounds, evidence.cycles.completed);
  if (perRound.every(growth => growth > 0) && (pace >= 1 / 2 || goesOn))
    return total > mostOfPool(evidence, key) ? 'recurs' : 'suspect';
  return pace < 1 / 5 ? stopped : 'suspect';
}

/**
 * Whether later rounds gained as much for each connection as the earlier ones did, over four times the judged cycles. A
 * cache that fills gains less and less: one that did half as much in the first rounds does less than a quarter then. The
 * judged cycles are no measure for what depends on their pace: streams of HTTP/2 that were reset left 3.2 files of each
 * connection behind there, and 0.9 of each in thirty rounds that all grew.
 */
function keepsOn(rounds: readonly GrowthInRound[], judgedCycles: number): boolean {
  const half = Math.floor(rounds.length / 2);
  const madeIn = (part: readonly GrowthInRound[]) => part.reduce((sum, { made }) => sum + made, 0);
  if (half < CONFIRMING_ROUNDS || madeIn(rounds) < 4 * judgedCycles) return false;
  const rateOf = (part: readonly GrowthInRound[]) =>
    part.reduce((sum, { growth }) => sum + growth, 0) / madeIn(part);
  return rateOf(rounds.slice(half)) >= rateOf(rounds.slice(0, half)) / 2;
}

/**
 * Sockets without a connection are of no use to anybody, so many of them that were kept and do not go away again are
 * no pool that is full, but a limit of the server's own: one that uses select(2) closes by itself what is not below
 * FD_SETSIZE, and stops growing there.
 */
function keepsTheDead({ cycles }: Evidence, key: CensusKey, inCycles: number, total: number): boolean {
  return key === 'dead-socket' && inCycles >= cycles.completed / 10 && total >= inCycles / 2;
}

/**
 * Workers that so many clients at a time may call for: one each, and spare ones. Apache's prefork starts one per second,
 * then two, four, eight: with 16 clients at a time it went from 5 to 17 in four rounds, each of which grew.
 */
function mostOfPool({ own }: Evidence, key: CensusKey): number {
  if (!own) return 0;
  const { concurrency, ratePerSecond } = own;
  const isWorker = key === 'child' || key === 'thread';
  return isWorker && concurrency > 1 && ratePerSecond === undefined ? 3 * concurrency : 0;
}

/** Growth per connection in the confirming rounds, as a part of that in the judged cycles. */
function paceOf(evidence: Evidence, perRound: readonly number[], inCycles: number): number {
  const confirmed =
    perRound.reduce((sum, growth) => sum + growth, 0) / Math.max(1, evidence.confirm.completed);
  return confirmed / (inCycles / Math.max(1, evidence.cycles.completed));
}

/**
 * Mappings come and go with the allocator, and with the heap of a runtime: a clean Node server gained 16 to 208 in its
 * first 1000 connections, and some more in the next 10 000. Below that rate growth tells nothing.
 */
function leastSuspicious(key: CensusKey, { cycles, runtime }: Evidence): number {
  if (key !== 'mapping') return 1;
  return Math.max(8, cycles.completed / (hasHeap(runtime) ? 4 : 100));
}

export function isDescriptor(key: CensusKey): boolean {
  return key !== 'thread' && key !== 'child' && key !== 'zombie' && key !== 'mapping';
}

/** Growth that has brought the server to within a hundredth of its fd limit: there is no room to let it recur. */
function fillsTheLimit({ after, fdLimit }: Evidence, growth: number): boolean {
  if (fdLimit === undefined || growth < fdLimit / 4) return false;
  return after.processes.some(({ fds }) => fds.length >= fdLimit * 0.99 - 1);
}

/** A process that has all descriptors it may have: accept() answers EMFILE. */
export function isAtFdLimit({ after, fdLimit }: Evidence): boolean {
  return fdLimit !== undefined && after.processes.some(({ fds }) => fds.length >= fdLimit - 1);
}

/**
 * Whether it is processes alone that serve nobody which have more of these descriptors than before. Who serves connections
 * computes for them: for more than 10 µs each, and, where many share them, for a tenth of an equal share of what all did.
 * In 20 000 connections postgres' writer of its log, which opens a file some seconds after the start, took less than
 * 10 ms, and the process that accepts them 6.9 s.
 */
function isOfBystanders(evidence: Evidence, key: CensusKey): boolean {
  const before = new Map(evidence.baseline.processes.map(process => [identity(process), process]));
  const grown = evidence.after.processes.flatMap(now => {
    const then = before.get(identity(now));
    return then && countOf(now, key) > countOf(then, key) ? [{ then, now }] : [];
  });
  const connections = evidence.judgedConnections - evidence.warmupConnections;
  const inAll = evidence.after.processes.reduce(
    (sum, now) => sum + ticksSince(before.get(identity(now)), now),
    0,
  );
  const least = Math.min((MIN_US * connections) / TICK_US, inAll / (10 * evidence.after.processes.length));
  return grown.length > 0 && grown.every(({ then, now }) => ticksSince(then, now) < least);
}

function ticksSince(then: ProcessSnapshot | undefined, now: ProcessSnapshot): number {
  return now.cpuTicks - (then?.cpuTicks ?? 0);
}

function countOf({ fds }: ProcessSnapshot, key: CensusKey): number {
  return fds.filter(({ kind }) => kind === key).length;
}

const TICK_US = 10_000;
const MIN_US = 10;
