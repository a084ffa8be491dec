import type { Manner } from '../exchange.js';

/** In the middle of the answer. What was sent must have left before the RST, which throws away what waits. */
export const reset: Manner = exchange => {
  exchange.half();
  exchange.fails();
  exchange.later(10, () => exchange.reset());
};
