import type { HeldGroup } from '../../verdict/finding.js';
import type { HeldSocket } from '../../verdict/held.js';

/** Connections that a server still has although their clients are gone, by their state. */
export function keptGroups(
  held: readonly HeldSocket[],
  clientOf: (connection: number) => number,
): HeldGroup[] {
  const ours = held.filter(({ role }) => role === 'connection');
  const states = [...new Set(ours.map(({ state }) => state))];
  return states.map(state => {
    const sockets = ours.filter(socket => socket.state === state);
    const descriptors = sockets.flatMap(socket => socket.descriptors);
    return {
      ...{ what: 'connection', state, count: sockets.length, descriptors: descriptors.length },
      pids: [...new Set(descriptors.map(({ pid }) => pid))],
      fdNumbers: descriptors.map(({ number }) => number).sort((a, b) => a - b),
      ...{ pattern: undefined, inWarmup: 0, perRound: [] },
      heldClients: sockets
        .flatMap(({ connection }) => (connection === undefined ? [] : [clientOf(connection)]))
        .sort((a, b) => a - b),
    };
  });
}
