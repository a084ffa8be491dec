import type { Behaviour } from '../behaviour.js';
import { untilServerCloses } from '../stage.js';

/**
 * Connect, shut down for writing, and read until the server closes its side as well. On the wire it differs from `fin`
 * only in who is still there when the server writes: nothing is answered with a reset.
 */
export const half: Behaviour = (cycle, stage) => {
  cycle.socket.end();
  untilServerCloses(cycle, stage);
};
