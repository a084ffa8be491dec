import type { Socket } from 'node:net';
import type { Turns } from './turns.js';

/** What a client does with a connection that was just made. The cycle is over when the socket is closed. */
export type Behaviour = (socket: Socket, turns: Turns) => void;
