/** A robust line through a series: how steep, how sure, how far it may be from that. */
export interface Trend {
  /** Theil-Sen: the median of the slopes of all pairs of points. One spike or step moves it little. */
  readonly slope: number;
  /** 95 % interval of the slope, after Sen (1968). */
  readonly low: number;
  readonly high: number;
  /** Mann-Kendall: standard score of "it rises"; above 2.3 one flat noisy series in a hundred. */
  readonly z: number;
}

/**
 * The trend of y over x, x ascending; of points with the same x no slope is taken. Needs at least four points, else undefined: too little data is an answer.
 * Ties (equal y, as pages are quantised) shrink the variance of Mann-Kendall's S by the usual term.
 */
export function trendOf(x: readonly number[], y: readonly number[]): Trend | undefined {
  const n = Math.min(x.length, y.length);
  if (n < 4) return undefined;
  const slopes: number[] = [];
  let s = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const run = at(x, j) - at(x, i);
      if (run <= 0) continue;
      const rise = at(y, j) - at(y, i);
      s += Math.sign(rise);
      slopes.push(rise / run);
    }
  }
  if (slopes.length === 0) return undefined;
  slopes.sort((a, b) => a - b);
  const variance = (n * (n - 1) * (2 * n + 5) - tieTerm(y)) / 18;
  const spread = 1.96 * Math.sqrt(variance);
  const pairs = slopes.length;
  return {
    slope: median(slopes),
    low: at(slopes, Math.max(0, Math.floor((pairs - spread) / 2))),
    high: at(slopes, Math.min(pairs - 1, Math.ceil((pairs + spread) / 2))),
    z: variance === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance),
  };
}

/** The middle of a sorted list; of an even number the mean of both. */
export function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? at(sorted, middle) : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
}

function tieTerm(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let term = 0;
  for (const count of counts.values()) term += count * (count - 1) * (2 * count + 5);
  return term;
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}
