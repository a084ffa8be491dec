import type { Manner } from '../exchange.js';

/** After an answer that promised to stay open: the client learns of it only if it looks. */
export const halfClose: Manner = exchange => exchange.answer({ afterwards: () => exchange.halfClose() });
