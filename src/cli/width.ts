import type { Io } from './io.js';

/** Columns of the report. A pipe has no width: it gets what a terminal on a desk has. */
export function widthOf(io: Io): number {
  return io.stdout.isTTY ? Math.max(40, io.stdout.columns) : 100;
}
