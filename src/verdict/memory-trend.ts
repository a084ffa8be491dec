import type { Evidence } from './evidence.js';
import { type Trend, trendOf } from './series.js';

/**
 * - `flat`: no trend, or one below the floor; `bound` says what could have been missed;
 * - `suspect`: it rises, and more cycles can tell a warm-up from a leak;
 * - `grows`: it went on rising at the same pace;
 * - `unmeasured`: memory could not be read, or there were too few rounds.
 */
export interface MemoryJudgement {
  readonly state: 'flat' | 'suspect' | 'grows' | 'unmeasured';
  readonly trend: Trend | undefined;
  readonly perRound: readonly number[];
  /** Bytes over the rounds that were judged. */
  readonly grown: number;
  readonly nextRoundCycles: number;
}

/**
 * Memory is a trend, not a difference: a clean server that warms up also grows, but ever more slowly.
 * The later half of the rounds is judged. They must rise by Theil-Sen and Mann-Kendall, by more than `FLOOR_BYTES` a
 * cycle with 97.5 % confidence, over at least as many cycles again as the warm-up of a runtime takes, and hardly more
 * slowly in their second half than in their first.
 */
export function judgeMemory(evidence: Evidence): MemoryJudgement {
  const rounds = evidence.rounds.flatMap(({ connections, anonBytes }) =>
    anonBytes === undefined ? [] : [{ connections, anonBytes }],
  );
  const kept = rounds.slice(Math.floor(rounds.length / 2));
  const trend = trendOf(
    kept.map(({ connections }) => connections),
    kept.map(({ anonBytes }) => anonBytes),
  );
  const perRound = kept.slice(1).map((round, index) => round.anonBytes - (kept[index]?.anonBytes ?? 0));
  const grown = (kept.at(-1)?.anonBytes ?? 0) - (kept[0]?.anonBytes ?? 0);
  const judged = { trend, perRound, grown, nextRoundCycles: Math.ceil(evidence.connections / 8) };
  if (!trend || kept.length < 6) return { ...judged, state: 'unmeasured' };
  const rises = trend.z > RISING_Z && trend.low > FLOOR_BYTES;
  if (!rises) return { ...judged, state: 'flat' };
  const enough = evidence.connections >= WARM_CONNECTIONS && kept.length >= KEPT_ROUNDS;
  return { ...judged, state: enough && keepsPace(kept) ? 'grows' : 'suspect' };
}

/** The slope of the second half is at least two thirds of that of the first. */
function keepsPace(kept: ReadonlyArray<{ readonly connections: number; readonly anonBytes: number }>): boolean {
  const half = Math.floor(kept.length / 2);
  const slope = (part: typeof kept) =>
    trendOf(
      part.map(({ connections }) => connections),
      part.map(({ anonBytes }) => anonBytes),
    )?.slope ?? 0;
  return slope(kept.slice(half)) >= (2 / 3) * slope(kept.slice(0, half));
}

const RISING_Z = 2.6;
const FLOOR_BYTES = 16;
const KEPT_ROUNDS = 12;
/** A clean Node server still rose at 40 000 connections, ever more slowly. */
const WARM_CONNECTIONS = 50_000;
