import type { Behaviour } from '../behaviour.js';
import { firstHalf } from '../script.js';

/** Connect, send the first half of a request, reset. */
export const partialRst: Behaviour = ({ socket }, { script, turns }) => {
  socket.write(firstHalf(script), () => turns.afterNextPoll(() => socket.resetAndDestroy()));
};
