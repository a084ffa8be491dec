import type { Behaviour } from '../behaviour.js';

/** Connect, send one byte, close without waiting for an answer. A server that answers writes to a client that has gone. */
export const byte: Behaviour = ({ socket }, { turns }) => {
  socket.write('x', () => turns.afterNextPoll(() => socket.destroy()));
};
