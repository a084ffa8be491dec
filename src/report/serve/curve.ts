const BLOCKS = '▁▂▃▄▅▆▇█';

/** A line of blocks, the highest of them `most`; what is 0 is a blank. */
export function drawCurve(values: readonly number[], columns: number, most = Math.max(...values)): string {
  return resampled(values, columns)
    .map(value =>
      value <= 0 ? ' ' : (BLOCKS[Math.min(7, Math.ceil((8 * value) / Math.max(1, most)) - 1)] ?? '█'),
    )
    .join('');
}

/** The greatest of each stretch, so that a peak is never lost. */
function resampled(values: readonly number[], columns: number): number[] {
  if (values.length <= columns) return [...values];
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    return Math.max(...values.slice(from, to));
  });
}
