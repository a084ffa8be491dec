import type { Manner } from '../exchange.js';

/** Every path leads to one below it, so that a client that follows blindly meets its own limit. */
export const redirect: Manner = exchange => exchange.answer({ status: 302, location: 'again/' });
