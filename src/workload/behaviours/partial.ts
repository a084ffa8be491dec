import type { Behaviour } from '../behaviour.js';
import { firstHalf } from '../script.js';
import { closeSoon } from '../stage.js';

/** Connect, send the first half of a request, close. The FIN goes first, so that an early answer makes no reset of it. */
export const partial: Behaviour = (cycle, stage) => {
  cycle.closing = true;
  cycle.socket.end(firstHalf(stage.script), () => closeSoon(cycle, stage));
};
