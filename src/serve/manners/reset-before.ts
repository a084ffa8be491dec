import type { Manner } from '../exchange.js';

export const resetBefore: Manner = exchange => {
  exchange.fails();
  exchange.reset();
};
