import type { PendingTimer } from '../sampler/sleep.js';
import type { HeapGrowth } from './heap-growth.js';
import type { MemoryThresholds } from './memory-profiles.js';
import type { Trend } from './series.js';

/**
 * What is made of the memory of a server.
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
  /** What a JVM keeps, where it has collected its garbage at least twice and tells; a Node that was made to collect. */
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
  /** Bytes since the first reading, after the warm-up. */
  readonly grownInAll: number;
  /** What it was held against. */
  readonly thresholds: MemoryThresholds;
  readonly nextRoundCycles: number;
  /** What it grew by may go when this runs out: the rounds that are judged began before. */
  readonly timer: PendingTimer | undefined;
}
