import type { Behaviour } from '../behaviour.js';

/** Connect, send one byte, reset. The server may read the byte before it learns of the reset, or not. */
export const byteRst: Behaviour = ({ socket }, { turns }) => {
  socket.write('x', () => turns.afterNextPoll(() => socket.resetAndDestroy()));
};
