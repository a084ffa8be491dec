import type { Behaviour } from '../behaviour.js';
import type { Cycle } from '../cycle.js';
import { closeSoon, later, type Stage } from '../stage.js';

/** Connect, send three bytes of a request one by one with a while between them, close. */
export const drip: Behaviour = (cycle, stage) => {
  cycle.closing = true;
  // Without Nagle's algorithm, which keeps a byte back until the one before it is acknowledged.
  cycle.socket.setNoDelay(true);
  sendFrom(0, cycle, stage);
};

function sendFrom(at: number, cycle: Cycle, stage: Stage): void {
  const { request, waitMs } = stage.script;
  const byte = request.subarray(at, at + 1);
  if (at + 1 >= Math.min(BYTES, request.length)) {
    cycle.socket.write(byte, () => closeSoon(cycle, stage));
    return;
  }
  cycle.socket.write(byte);
  later(cycle, waitMs, () => sendFrom(at + 1, cycle, stage));
}

const BYTES = 3;
