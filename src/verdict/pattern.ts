/** Which of many cycles a leak hit. */
export type Pattern =
  | { readonly kind: 'every' }
  | { readonly kind: 'every-nth'; readonly step: number; readonly first: number }
  | { readonly kind: 'from'; readonly first: number }
  | { readonly kind: 'only'; readonly cycles: readonly number[] }
  | {
      readonly kind: 'with';
      readonly clients: ReadonlyArray<{
        readonly client: string;
        readonly count: number;
        /** Cycles of that client. */
        readonly of: number;
      }>;
    }
  | { readonly kind: 'some'; readonly first: number; readonly last: number };

/**
 * The pattern of some cycles among `total`, both counted from 1. `jitter` is by how much two cycles may change places:
 * clients that run side by side are not accepted in the order in which they set out.
 */
export function patternOf(cycles: readonly number[], total: number, jitter = 0): Pattern {
  const sorted = [...new Set(cycles)].sort((a, b) => a - b);
  const first = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? 0;
  if (sorted.length === total) return { kind: 'every' };
  if (sorted.length <= 2) return { kind: 'only', cycles: sorted };
  if (sorted.length === total - first + 1) return { kind: 'from', first };
  const step = Math.round((last - first) / (sorted.length - 1));
  const regular = sorted.every((cycle, index) => Math.abs(cycle - first - index * step) <= jitter);
  if (step > 1 && regular) return { kind: 'every-nth', step, first };
  return sorted.length <= 5 ? { kind: 'only', cycles: sorted } : { kind: 'some', first, last };
}
