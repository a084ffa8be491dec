import type { Behaviour } from '../behaviour.js';

/** Connect, then reset: close(2) with SO_LINGER at zero. The server's next read fails with ECONNRESET. */
export const rst: Behaviour = ({ socket }, { turns }) => {
  turns.afterNextPoll(() => socket.resetAndDestroy());
};
