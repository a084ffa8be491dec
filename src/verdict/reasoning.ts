import { CENSUS_KEYS } from './census.js';
import type { CensusKey, Evidence } from './evidence.js';
import { judgeMemory, type MemoryJudgement } from './memory-trend.js';
import { growthOf, type Recurrence } from './recurrence.js';

/** The steps that led to a verdict, as data. */
export interface Reasoning {
  readonly settled: Evidence['settled'];
  readonly connections: {
    readonly made: number;
    readonly heldAtRest: number;
    readonly heldAtEnd: number;
  };
  /** What grew, of all that cannot be attributed. */
  readonly growths: ReadonlyArray<{
    readonly key: CensusKey;
    readonly recurrence: Recurrence;
    readonly inCycles: number;
    readonly perRound: readonly number[];
  }>;
  readonly confirming: ReadonlyArray<{
    readonly cycles: number;
    readonly suspects: readonly string[];
    readonly manner: 'grow' | 'follow' | 'watch';
  }>;
  readonly memory: {
    readonly state: MemoryJudgement['state'];
    readonly runtime: Evidence['runtime'];
    /** Readings that were judged, and the connections between which they lie. */
    readonly rounds: number;
    readonly from: number;
    readonly to: number;
    /** In bytes per connection. */
    readonly trend: MemoryJudgement['trend'] | null;
    /** Of what was used since the warm-up, where it could be read. */
    readonly touched: MemoryJudgement['touched'] | null;
    /** What a JVM keeps, where it has collected its garbage at least twice and tells. */
    readonly heap: MemoryJudgement['heap'] | null;
    readonly leakBytes: number;
    /** Memory passes when no more than this can have been missed. */
    readonly harmlessBytes: number;
    readonly warmConnections: number;
    /** What the collector of a clean server may let its heap grow by, in all. */
    readonly allowedBytes: number;
    readonly grownBytes: number;
    /** Since the first reading, after the warm-up. */
    readonly grownInAllBytes: number;
  };
  readonly budgetSpent: boolean;
}

/** What the judge went by. Pure. undefined where others made the connections, or nothing but gauges was to be seen. */
export function reasonFrom(evidence: Evidence): Reasoning | undefined {
  if (evidence.confirming === undefined) return undefined;
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
      trend: memory.trend ?? null,
      touched: memory.touched ?? null,
      heap: memory.heap ?? null,
      leakBytes,
      ...{ harmlessBytes, warmConnections, allowedBytes },
      grownBytes: memory.grown,
      grownInAllBytes: memory.grownInAll,
    },
    budgetSpent: evidence.budgetSpent,
  };
}
