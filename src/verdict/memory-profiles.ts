import type { Evidence } from './evidence.js';

/** How the memory of a kind of server behaves when it is clean, and what growth proves there. */
export interface MemoryProfile {
  /** Least growth per connection that is a leak, in bytes. */
  readonly leakBytes: number;
  /** Less than this per connection is harmless: memory passes when no more can have been missed. */
  readonly harmlessBytes: number;
  /** Connections before which nothing is said of a rise: a cache, a ring or a heap that grows to its size. */
  readonly warmConnections: number;
  /** Room that a clean process may fill for its collector, in times of what it had after the warm-up of the run. */
  readonly heapFactor: number;
  /** The same as a constant: nurseries, limits that a collector begins with. */
  readonly heapBytes: number;
  /** After so many connections a rise at the same pace is a leak, whatever its size: measured, where it is a number. */
  readonly levelConnections: number;
  /** Room within what a process uses already, in which a leak stays unseen until it is full; ANY_ROOM: all that it has. */
  readonly hiddenBytes: number;
  /** Garbage collections in the judged rounds without which a rise is but garbage. */
  readonly leastCollections: number;
}

const MIB = 1_048_576;
/** Pages that are in use say nothing of what is kept in them, but that it is no more than they are. */
export const ANY_ROOM = Number.POSITIVE_INFINITY;

/** What is told of programs with a collector: a rise is accused when it is more than the collector may let the heap grow. */
const COLLECTED = {
  leakBytes: 128,
  harmlessBytes: 192,
  warmConnections: 10_000,
  levelConnections: Number.POSITIVE_INFINITY,
  // Holes in pages that are in use: a heap is taken in chunks of 64 KiB to 1 MiB, which are seldom full.
  hiddenBytes: MIB,
  leastCollections: 0,
} as const;

export const MEMORY_PROFILES: Readonly<Record<Evidence['runtime'], MemoryProfile>> = {
  /**
   * malloc gives back or reuses at once. What rises all the same in a clean server: two workers that each fill a ring
   * of 256 blocks did so for 8 000 connections, and so did the arenas of stunnel. A large one is never quite level: of
   * 76 MiB it rose by 45 B per connection for 60 000 of them, which is a twenty-fifth of it.
   */
  native: {
    ...COLLECTED,
    ...{ leakBytes: 16, harmlessBytes: 32, warmConnections: 20_000 },
    ...{ heapFactor: 0.05, heapBytes: 0, hiddenBytes: 0 },
  },
  /** Reference counts without a collector: arenas of values fill up, and are never given back. */
  perl: {
    ...COLLECTED,
    leakBytes: 64,
    harmlessBytes: 64,
    heapFactor: 0.25,
    heapBytes: 2 * MIB,
    hiddenBytes: MIB / 4,
  },
  /**
   * Reference counts give most back at once. Cycles wait for the oldest generation, which is collected when a quarter
   * more objects are waiting than have survived before. Clean servers were flat from 2 000 connections on; FastAPI on
   * uvicorn took 4 MiB until then.
   */
  cpython: {
    ...COLLECTED,
    leakBytes: 32,
    harmlessBytes: 48,
    heapFactor: 0.25,
    heapBytes: MIB,
    hiddenBytes: MIB / 4,
  },
  /** Reference counts; cycles are looked for when 10 000 roots wait, and seldomer if that was in vain. */
  php: { ...COLLECTED, heapFactor: 1, heapBytes: 8 * MIB },
  /**
   * GOGC: collected at twice of what is alive, not before 4 MiB, of which half may hide what is kept; stacks, and spans
   * that are given back minutes later.
   */
  go: { ...COLLECTED, heapFactor: 1, heapBytes: 8 * MIB, hiddenBytes: 2 * MIB },
  /** Begun at twice of what is alive, and made in steps: while it runs the heap grows on. */
  lua: { ...COLLECTED, heapFactor: 2, heapBytes: 4 * MIB },
  /** A minor heap of 2 MiB; the major one is swept in steps, with as much garbage in it as `space_overhead` says: 1.2. */
  ocaml: { ...COLLECTED, harmlessBytes: 256, heapFactor: 1.5, heapBytes: 16 * MIB, hiddenBytes: ANY_ROOM },
  /** Conservative: collected at 1.3 to 2 times of what is alive, and some garbage looks alive. */
  boehm: { ...COLLECTED, harmlessBytes: 256, heapFactor: 2, heapBytes: 32 * MIB, hiddenBytes: ANY_ROOM },
  /**
   * Collected after 16 MiB of malloc, and the old ones after as much, a limit that rises to 128 as long as most survives.
   * puma rose by 15 MiB in a straight line between 15 000 and 60 000 connections.
   */
  ruby: { ...COLLECTED, heapFactor: 1, heapBytes: 32 * MIB, hiddenBytes: 2 * MIB },
  /**
   * A nursery of 4 MiB; the major heap is collected after it has grown by a third, or by as much as four nurseries. It goes
   * up and down by 16 MiB in every 3 000 connections, so that a trend of 28 000 was level with 256 B kept of each.
   */
  mono: { ...COLLECTED, harmlessBytes: 512, heapFactor: 1, heapBytes: 32 * MIB, hiddenBytes: ANY_ROOM },
  /** A nursery of 4 MiB; a major collection at 1.82 times of what was alive, not before eight nurseries. Code is compiled. */
  pypy: { ...COLLECTED, heapFactor: 1, heapBytes: 64 * MIB },
  /** What is alive is copied: twice of it or thrice, and a nursery of 4 MiB for each of its threads. */
  ghc: { ...COLLECTED, harmlessBytes: 384, heapFactor: 3, heapBytes: 32 * MIB, hiddenBytes: ANY_ROOM },
  /** A heap for each Erlang process, each collected by its own measure; binaries live until each holder was collected. */
  beam: {
    ...COLLECTED,
    leakBytes: 256,
    harmlessBytes: 512,
    heapFactor: 1,
    heapBytes: 64 * MIB,
    hiddenBytes: ANY_ROOM,
  },
  /** A nursery of 32 MiB, which is copied; a major collection at twice of what was alive. */
  racket: { ...COLLECTED, harmlessBytes: 512, heapFactor: 1, heapBytes: 96 * MIB, hiddenBytes: ANY_ROOM },
  /**
   * A heap grows to its size first, and that in a straight line. Measured on clean servers, 16 clients at a time, from
   * 1 000 connections to where they stayed level: HTTP on Node 20 from 15 to 44 MiB at 20 000, on Node 24 from 29 to 88
   * at 23 000, TLS on Node 24 from 28 to 147 at 22 000. Some runs have a second rise: plain sockets on Node 24 were level
   * at 50 MiB from 21 000 on, or rose again from 26 000 to 41 000, to 78.
   */
  v8: { ...COLLECTED, leakBytes: 192, heapFactor: 3, heapBytes: 128 * MIB, levelConnections: 80_000 },
  /** The youngest generation has the size of the processor's cache, of all its cores where the collector is a server's. */
  dotnet: { ...COLLECTED, harmlessBytes: 512, heapFactor: 2, heapBytes: 256 * MIB, hiddenBytes: ANY_ROOM },
  /** 51 MiB between two collections, and what survived some of them is copied only after several more. */
  sbcl: { ...COLLECTED, harmlessBytes: 512, heapFactor: 2, heapBytes: 208 * MIB, hiddenBytes: ANY_ROOM },
  /**
   * With much memory it collects so rarely that garbage looks like a leak: a clean server of java.nio on a machine of
   * 24 GiB rose by 1.9 KiB per connection in a straight line, from 42 000 connections to 143 000, between two
   * collections. So what they leave is judged, and no room that it takes.
   */
  jvm: {
    ...COLLECTED,
    ...{ leakBytes: 192, warmConnections: 40_000, heapFactor: 0, heapBytes: 0 },
    ...{ levelConnections: 40_000, leastCollections: 3, hiddenBytes: 0 },
  },
  /** As the most forgiving of all. */
  unknown: {
    ...COLLECTED,
    ...{ leakBytes: 384, harmlessBytes: 512, heapFactor: 3, heapBytes: 256 * MIB, hiddenBytes: ANY_ROOM },
  },
};

/** A heap that is collected now and then: its level moves in leaps, and mappings come and go with it. */
export function hasHeap(runtime: Evidence['runtime']): boolean {
  return runtime !== 'native' && runtime !== 'cpython' && runtime !== 'perl';
}

/** What memory is held against in this server. */
export interface MemoryThresholds
  extends Pick<MemoryProfile, 'leakBytes' | 'harmlessBytes' | 'warmConnections' | 'levelConnections'> {
  /** More than a clean server of its kind may gain after its warm-up, all its processes together. */
  readonly allowedBytes: number;
  /** So much is no warm-up after a quarter of these connections either; never so in a heap that is judged by its collections. */
  readonly plentyBytes: number;
  readonly hiddenBytes: number;
}

/**
 * `warmBytes`: private memory after the warm-up. Workers share the connections, and each has a heap that grows to its
 * size: two of node:cluster on Node 24 rose until 50 000.
 */
export function memoryThresholds({ runtime, before }: Evidence, warmBytes: number): MemoryThresholds {
  const manners = MEMORY_PROFILES[runtime];
  const parents = new Set(before.processes.map(({ parentPid }) => parentPid));
  const workers = Math.max(1, before.processes.filter(({ pid }) => !parents.has(pid)).length);
  const each = hasHeap(runtime) ? workers : 1;
  const processes = Math.max(1, before.processes.length);
  const allowedBytes = manners.heapFactor * warmBytes + manners.heapBytes * processes;
  return {
    leakBytes: manners.leakBytes,
    harmlessBytes: manners.harmlessBytes,
    warmConnections: manners.warmConnections * each,
    levelConnections: manners.levelConnections * each,
    allowedBytes,
    hiddenBytes: manners.hiddenBytes * each,
    plentyBytes:
      manners.leastCollections > 0
        ? Number.POSITIVE_INFINITY
        : Math.max(4 * allowedBytes, PLENTY_BYTES * processes),
  };
}

const PLENTY_BYTES = 8 * MIB;
