import type { Evidence } from './evidence.js';

/** How the memory of a kind of server behaves when it is clean. */
export interface Manners {
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

export const MANNERS: Readonly<Record<Evidence['runtime'], Manners>> = {
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
