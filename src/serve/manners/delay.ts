import type { Manner } from '../exchange.js';

export const delay: Manner = (exchange, { delayMs }) => exchange.later(delayMs, () => exchange.answer());
