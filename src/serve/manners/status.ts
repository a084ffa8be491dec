import type { Manner } from '../exchange.js';

export const status: Manner = (exchange, settings) => exchange.answer({ status: settings.status });
