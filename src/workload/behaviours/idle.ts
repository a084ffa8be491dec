import type { Behaviour } from '../behaviour.js';
import { later } from '../stage.js';

/** Connect, say nothing for a while, close: the server has long accepted, and waits, when the end comes. */
export const idle: Behaviour = (cycle, { script }) => {
  cycle.closing = true;
  later(cycle, script.waitMs, () => cycle.socket.destroy());
};
