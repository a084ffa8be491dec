import type { Manner } from '../exchange.js';

/** Says that it will close, and takes its time: a client that is done closes first. */
export const slowClose: Manner = (exchange, { delayMs }) =>
  exchange.answer({
    announcesClose: true,
    afterwards: () => exchange.later(delayMs, () => exchange.close()),
  });
