import type { Behaviour } from './behaviour.js';

/** A behaviour that holds the connection open until `seen` has settled, and then does what `behaviour` does. */
export function holding(behaviour: Behaviour, seen: (localPort: number) => Promise<void>): Behaviour {
  return (cycle, stage) => {
    const { socket } = cycle;
    socket.resume();
    void seen(socket.localPort ?? 0).then(() => {
      if (!socket.destroyed) behaviour(cycle, stage);
    });
  };
}

/** A behaviour that begins when what `wait` returns has settled, and at once where it returns nothing. Reads nothing. */
export function delayedBy(behaviour: Behaviour, wait: () => Promise<unknown> | undefined): Behaviour {
  return (cycle, stage) => {
    const waiting = wait();
    if (!waiting) return behaviour(cycle, stage);
    void waiting.then(() => {
      if (!cycle.socket.destroyed) behaviour(cycle, stage);
    });
  };
}
