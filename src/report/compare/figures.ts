import { median, trendOf } from '../../verdict/series.js';
import type { Report } from '../report.js';
import type { ComparedFigure } from './comparison.js';

interface Figure {
  readonly value: number;
  /** Half of the 95 % interval; undefined when there is too little to tell. */
  readonly noise: number | undefined;
}

/** Cycles per second. The noise is that of the stretches between two points of the series. */
export function compareRates(before: Report, after: Report): ComparedFigure {
  return compareFigures(rateOf(before), rateOf(after));
}

/** Bytes per connection: the robust slope of settled readings, in the later half of the run. */
export function compareMemory(before: Report, after: Report): ComparedFigure {
  return compareFigures(memoryOf(before), memoryOf(after));
}

export function compareFigures(old: Figure | undefined, next: Figure | undefined): ComparedFigure {
  const said =
    old?.noise === undefined || next?.noise === undefined
      ? 'too-little-data'
      : Math.abs(next.value - old.value) <= Math.hypot(old.noise, next.noise)
        ? 'within-noise'
        : next.value > old.value
          ? 'up'
          : 'down';
  return {
    old: old ? rounded(old.value) : null,
    new: next ? rounded(next.value) : null,
    oldNoise: old?.noise === undefined ? null : rounded(old.noise),
    newNoise: next?.noise === undefined ? null : rounded(next.noise),
    ratio: old && next && old.value > 0 && next.value > 0 ? rounded(next.value / old.value) : null,
    said,
  };
}

function rateOf({ series, cycles }: Report): Figure | undefined {
  const points = series.filter(({ phase }) => phase === 'cycles');
  const rates = points.slice(1).flatMap((point, index) => {
    const { atMs = 0, cyclesDone = 0 } = points[index] ?? {};
    const tookMs = point.atMs - atMs;
    return tookMs > 0 ? [((point.cyclesDone - cyclesDone) / tookMs) * 1_000] : [];
  });
  if (rates.length < LEAST_STRETCHES) return cycles && { value: cycles.ratePerSecond, noise: undefined };
  const value = median([...rates].sort(ascending));
  const spread = median(rates.map(rate => Math.abs(rate - value)).sort(ascending)) * DEVIATIONS_PER_MAD;
  // Of a median: 1.25 times the error of a mean.
  return { value, noise: (1.96 * 1.25 * spread) / Math.sqrt(rates.length) };
}

function memoryOf({ rounds }: Report): Figure | undefined {
  const known = rounds.flatMap(({ connections, anonBytes }) =>
    anonBytes === null ? [] : [{ connections, anonBytes }],
  );
  const half = (known.at(-1)?.connections ?? 0) / 2;
  const later = known.filter(({ connections }) => connections >= half);
  if (later.length < LEAST_ROUNDS) return undefined;
  const trend = trendOf(
    later.map(({ connections }) => connections),
    later.map(({ anonBytes }) => anonBytes),
  );
  return trend && { value: trend.slope, noise: Math.max(0, trend.high - trend.low) / 2 };
}

function ascending(one: number, other: number): number {
  return one - other;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

const LEAST_STRETCHES = 5;
const LEAST_ROUNDS = 6;
/** Of a normal distribution. */
const DEVIATIONS_PER_MAD = 1.4826;
