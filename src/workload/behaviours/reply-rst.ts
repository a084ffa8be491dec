import { ask } from '../ask.js';
import type { Behaviour } from '../behaviour.js';

/** Connect, send a request, reset with the first bytes of the answer: the server is still writing, or has just written. */
export const replyRst: Behaviour = (cycle, stage) => {
  ask(cycle, stage, () => cycle.socket.resetAndDestroy());
};
