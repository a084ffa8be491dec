import { ask } from '../ask.js';
import type { Behaviour } from '../behaviour.js';
import { closeWhenQuiet } from '../stage.js';

/** Connect, send a request, wait for the answer, close. */
export const reply: Behaviour = (cycle, stage) => {
  ask(cycle, stage, () => closeWhenQuiet(cycle, stage));
};
