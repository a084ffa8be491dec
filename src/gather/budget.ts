import type { Round } from '../verdict/evidence.js';
import { CONFIRMING_ROUNDS } from '../verdict/recurrence.js';

/** A busy machine must not cut the first rounds short: without them there is no answer at all. */
export function hasTime(spentMs: number, budgetMs: number, rounds: readonly Round[]): boolean {
  const made = rounds.filter(({ phase }) => phase === 'confirm').length;
  return spentMs < budgetMs || (made < CONFIRMING_ROUNDS && spentMs < 3 * budgetMs);
}
