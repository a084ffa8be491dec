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
