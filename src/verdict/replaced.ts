import type { Departed, Evidence } from './evidence.js';

/** Workers that ended in the run and have a successor, without those that were due to go. */
export function replacedWorkers({ departed }: Evidence): (Departed & { readonly replacedBy: number })[] {
  return departed.flatMap(process => {
    const { replacedBy } = process;
    return !process.isRoot && !process.servedOther && replacedBy !== undefined
      ? [{ ...process, replacedBy }]
      : [];
  });
}
