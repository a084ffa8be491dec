import type { Behaviour } from '../behaviour.js';
import { firstHalf } from '../script.js';
import { closeSoon } from '../stage.js';

/** Connect, send the first half of a request, close. */
export const partial: Behaviour = (cycle, stage) => {
  cycle.socket.write(firstHalf(stage.script), () => closeSoon(cycle, stage));
};
