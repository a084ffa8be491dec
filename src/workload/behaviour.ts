import type { Cycle } from './cycle.js';
import type { Stage } from './stage.js';

/** What a client does with a connection that was just made. The cycle is over when its socket is closed. */
export type Behaviour = (cycle: Cycle, stage: Stage) => void;
