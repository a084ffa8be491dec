import type { Manner } from '../exchange.js';

export const ok: Manner = exchange => exchange.answer();
