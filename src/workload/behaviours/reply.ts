import { ask } from '../ask.js';
import type { Behaviour } from '../behaviour.js';
import { closeSoon } from '../stage.js';

/** Connect, send a request, wait for the answer, close. The FIN goes first: what is left of the answer makes no reset of it. */
export const reply: Behaviour = (cycle, stage) => {
  ask(cycle, stage, () => cycle.socket.end(() => closeSoon(cycle, stage)));
};
