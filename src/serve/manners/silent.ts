import type { Manner } from '../exchange.js';

export const silent: Manner = exchange => exchange.fails();
