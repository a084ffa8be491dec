import type { Manner } from '../exchange.js';

export const close: Manner = exchange => {
  exchange.fails();
  exchange.close();
};
