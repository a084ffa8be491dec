import type { Evidence, Pace } from './evidence.js';
import type { Note } from './note.js';

/**
 * What this process or this machine was too slow for. It is no word about the server, and without it the rate would
 * read as one.
 */
export function ownBottleneck(evidence: Evidence): Note[] {
  const { pace, ratePerSecond } = evidence;
  const durationMs = sum(pace, part => part.durationMs);
  if (durationMs < LEAST_MS) return [];
  const percent = Math.round((100 * sum(pace, part => part.ownCpuMs)) / durationMs);
  const missed = missedRate(evidence);
  const isBusy = percent >= BUSY_PERCENT && (ratePerSecond === undefined || missed.length > 0);
  return [
    ...missed,
    ...(isBusy ? [{ note: 'own-cpu' as const, percent: Math.min(100, percent) }] : []),
    ...slowedDown(pace),
  ];
}

/** Cycles were due more often than they could begin. */
function missedRate({ pace, ratePerSecond, rampMs, concurrency }: Evidence): Note[] {
  if (ratePerSecond === undefined) return [];
  const durationMs = sum(pace, part => part.durationMs);
  // Over the ramp it is half of the rate in the mean.
  const wanted = (ratePerSecond * Math.max(0, durationMs - Math.min(rampMs, durationMs) / 2)) / 1_000;
  const made = sum(pace, part => part.cycles);
  return made < KEPT * wanted
    ? [{ note: 'rate-missed', wanted: ratePerSecond, made: (1_000 * made) / durationMs, most: concurrency }]
    : [];
}

/**
 * A cycle cost this process far more CPU at the end than in its cheapest portion. Where the kernel may not reuse ports
 * at once, connect(2) looks through the taken ones: the rate falls from 7 600 to 300/s without any error.
 */
function slowedDown(pace: readonly Pace[]): Note[] {
  const long = pace.filter(
    ({ cycles, durationMs }) => cycles >= LEAST_CYCLES && durationMs >= LEAST_PORTION_MS,
  );
  const costs = long.map(({ cycles, ownCpuMs }) => ownCpuMs / cycles);
  const last = costs.at(-1);
  const end = long.at(-1);
  if (last === undefined || end === undefined || costs.length < 3) return [];
  const cheapest = Math.min(...costs);
  const isOurs = end.ownCpuMs >= end.durationMs / 2;
  return isOurs && last > SLOWER * cheapest
    ? [{ note: 'own-slowdown', fromUs: 1_000 * cheapest, toUs: 1_000 * last }]
    : [];
}

function sum(pace: readonly Pace[], of: (part: Pace) => number): number {
  return pace.reduce((total, part) => total + of(part), 0);
}

/** CPU time of less than this says little. */
const LEAST_MS = 1_000;
const LEAST_PORTION_MS = 20;
const LEAST_CYCLES = 20;
const BUSY_PERCENT = 90;
const KEPT = 0.95;
const SLOWER = 3;
