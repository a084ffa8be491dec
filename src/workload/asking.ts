import type { Behaviour } from './behaviour.js';

/**
 * Connect, send one byte, and wait until the server answers, ends the connection, or `mostMs` are over; then close.
 * `over` is told whether it was the server that ended it.
 */
export function asking(mostMs: number, over: (endedByServer: boolean) => void): Behaviour {
  return ({ socket }) => {
    let waits = true;
    const finish = (endedByServer: boolean) => {
      if (!waits) return;
      waits = false;
      clearTimeout(timer);
      over(endedByServer);
      socket.destroy();
    };
    const timer = setTimeout(() => finish(false), mostMs);
    socket
      .once('data', () => finish(false))
      .once('end', () => finish(true))
      .once('error', () => finish(true))
      .once('close', () => finish(true))
      .write('x');
  };
}
