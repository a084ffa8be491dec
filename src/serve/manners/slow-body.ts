import type { Manner } from '../exchange.js';

export const slowBody: Manner = (exchange, { delayMs }) => exchange.inPieces(PIECES, delayMs / PIECES);

const PIECES = 10;
