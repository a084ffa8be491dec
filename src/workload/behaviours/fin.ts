import type { Behaviour } from '../behaviour.js';
import { closeSoon } from '../stage.js';

/**
 * Connect, then close as close(2) does. What has arrived is read first: a close with unread data sends RST, not FIN
 * (97 of 200 against a server that greets). A RST that our kernel sends for data that comes later is no fault of ours.
 */
export const fin: Behaviour = (cycle, stage) => closeSoon(cycle, stage);
