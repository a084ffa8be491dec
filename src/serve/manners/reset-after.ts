import type { Manner } from '../exchange.js';

/** The answer is whole; the connection that the client may have put into its pool is dead a moment later. */
export const resetAfter: Manner = exchange =>
  exchange.answer({ afterwards: () => exchange.later(10, () => exchange.reset()) });
