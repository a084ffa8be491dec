/**
 * A line of blocks, `width` of them at most, from the lowest to the highest of these values. What moves by less than
 * `leastRange` does not fill the height: noise must not look like a leak.
 */
export function sparkline(values: readonly number[], width: number, leastRange: number): string {
  const columns = resample(values, width);
  const low = Math.min(...columns);
  const range = Math.max(leastRange, Math.max(...columns) - low);
  return columns.map(value => BLOCKS[Math.round(((value - low) / range) * (BLOCKS.length - 1))]).join('');
}

/** As many values as there are columns: the highest of those that fall on one, so that a peak is not lost. */
function resample(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width);
    const to = Math.floor(((column + 1) * values.length) / width);
    return Math.max(...values.slice(from, to));
  });
}

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
