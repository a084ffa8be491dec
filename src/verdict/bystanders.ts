import type { ProcessSnapshot } from '../sampler/snapshot.js';
import type { CensusKey, Evidence } from './evidence.js';
import { identity } from './held.js';

/**
 * Whether it is processes alone that serve nobody which have more of these descriptors than before. Who serves connections
 * computes for them: for more than 10 µs each, and, where many share them, for a tenth of an equal share of what all did.
 * In 20 000 connections postgres' writer of its log, which opens a file some seconds after the start, took less than
 * 10 ms, and the process that accepts them 6.9 s.
 */
export function isOfBystanders(evidence: Evidence, key: CensusKey): boolean {
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
  const least = Math.min((LEAST_US * connections) / TICK_US, inAll / (10 * evidence.after.processes.length));
  return grown.length > 0 && grown.every(({ then, now }) => ticksSince(then, now) < least);
}

function ticksSince(then: ProcessSnapshot | undefined, now: ProcessSnapshot): number {
  return now.cpuTicks - (then?.cpuTicks ?? 0);
}

function countOf({ fds }: ProcessSnapshot, key: CensusKey): number {
  return fds.filter(({ kind }) => kind === key).length;
}

const TICK_US = 10_000;
const LEAST_US = 10;
