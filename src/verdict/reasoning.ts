import type { Measured } from '../not-measured.js';
import type { Count } from '../units.js';
import type { CensusKey, Evidence } from './evidence.js';
import { CENSUS_KEYS } from './evidence.js';
import type { HeapGrowth } from './heap-growth.js';
import type { MemoryJudgement } from './memory-judgement.js';
import { judgeMemory } from './memory-trend.js';
import { growthOf, type Recurrence } from './recurrence.js';
import type { Trend } from './series.js';

/** How the verdict came about, as data. */
export interface Reasoning {
  /** How the server came to rest after the judged cycles. */
  readonly settled: Evidence['settled'];
  /** Connections whose local port was known, those of them still held when the cycles had settled, and at the very end. */
  readonly connections: {
    readonly made: Count;
    readonly heldAtRest: Count;
    readonly heldAtEnd: Count;
  };
  /** What grew and has no name that would tie it to a connection. */
  readonly growths: ReadonlyArray<{
    /** @open */
    readonly key: CensusKey;
    readonly recurrence: Recurrence;
    readonly inCycles: number;
    readonly perRound: readonly number[];
  }>;
  /** Rounds that were made on top, and why. */
  readonly confirming: ReadonlyArray<{
    readonly cycles: Count;
    readonly suspects: readonly string[];
    readonly manner: 'grow' | 'follow' | 'watch';
  }>;
  readonly memory: {
    readonly state: MemoryJudgement['state'];
    /** @open */
    readonly runtime: Evidence['runtime'];
    /** Readings that were judged, and the connections between which they lie. */
    readonly rounds: Count;
    readonly from: Count;
    readonly to: Count;
    /** In bytes per connection. */
    readonly trend: Trend | null;
    /**
     * The same of the memory that was used since the warm-up, in room that the server had or in new; null where that was
     * not read.
     *
     * @optional
     */
    readonly touched: Trend | null;
    /**
     * What the garbage collections of a JVM left, or those that a Node was made to make; null where it does not tell, or
     * has not collected twice.
     *
     * @optional
     */
    readonly heap: HeapGrowth | null;
    readonly leakBytes: number;
    /**
     * Memory passes when no more than this can have been missed, in bytes per connection.
     *
     * @optional
     */
    readonly harmlessBytes: number;
    readonly warmConnections: number;
    /**
     * What the collector of a clean server may let its heap grow by, in all.
     *
     * @optional
     */
    readonly allowedBytes: number;
    readonly grownBytes: number;
    /**
     * Since the first reading, after the warm-up.
     *
     * @optional
     */
    readonly grownInAllBytes: number;
  };
  readonly budgetSpent: boolean;
}

/** What the judge went by. Pure. undefined where others made the connections, or nothing but gauges was to be seen. */
export function reasonFrom(evidence: Evidence): Measured<Reasoning> | undefined {
  if (!evidence.own || evidence.far) return undefined;
  const memory = judgeMemory(evidence);
  const { leakBytes, harmlessBytes, warmConnections, allowedBytes } = memory.thresholds;
  return {
    settled: evidence.settled,
    connections: {
      made: evidence.connections,
      heldAtRest: evidence.heldAtRest,
      heldAtEnd: evidence.held.filter(({ role }) => role === 'connection').length,
    },
    growths: CENSUS_KEYS.map(key => growthOf(evidence, key))
      .filter(({ inCycles }) => inCycles > 0)
      .map(({ key, recurrence, inCycles, perRound }) => ({ key, recurrence, inCycles, perRound })),
    confirming: evidence.confirming.map(({ cycles, suspects, manner }) => ({
      cycles,
      suspects,
      manner: manner ?? 'grow',
    })),
    memory: {
      state: memory.state,
      runtime: evidence.runtime,
      rounds: memory.trend ? memory.perRound.length + 1 : 0,
      from: memory.span[0],
      to: memory.span[1],
      trend: memory.trend,
      touched: memory.touched,
      heap: memory.heap,
      leakBytes,
      ...{ harmlessBytes, warmConnections, allowedBytes },
      grownBytes: memory.grown,
      grownInAllBytes: memory.grownInAll,
    },
    budgetSpent: evidence.budgetSpent,
  };
}
