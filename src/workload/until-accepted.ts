import { fail, NO_ANSWER } from './cycle.js';
import type { Behaviour } from './cycle-context.js';

/** Connect, wait until the accept queue is empty, close. Only for a connection that is alone in that queue. */
export function untilAccepted(queueLength: () => number | undefined): Behaviour {
  return (cycle, stage) => {
    const { socket } = cycle;
    const startedAtMs = cycle.sinceMs;
    socket.resume();
    const look = () => {
      if (socket.destroyed) return;
      if ((queueLength() ?? 0) === 0) {
        stage.stopwatch?.answered(performance.now() - startedAtMs);
        socket.destroy();
      } else if (performance.now() - startedAtMs < SPIN_MS) setImmediate(look);
      else setTimeout(look, 1);
    };
    cycle.onDeadline = () => fail(cycle, NO_ANSWER);
    look();
  };
}

const SPIN_MS = 5;
