import { patternApart, patternByClient } from './apart.js';
import type { Evidence } from './evidence.js';
import type { FollowedGroup, HeldGroup } from './finding.js';
import type { HeldSocket } from './held.js';
import { patternOf } from './pattern.js';
import type { Growth } from './recurrence.js';

/** Forgotten connections, by TCP state. */
export function connectionGroups(evidence: Evidence): HeldGroup[] {
  const ours = evidence.held.filter(({ role }) => role === 'connection');
  return groupBy(ours, ({ state }) => state).map(([state, sockets]) => ({
    ...describe(sockets),
    what: 'connection',
    state,
    pattern: cyclePattern(
      evidence,
      sockets.flatMap(({ connection }) => connection ?? []),
    ),
    inWarmup: sockets.filter(socket => isWarmup(evidence, socket.connection)).length,
    heldClients: heldClients(
      evidence,
      sockets.flatMap(({ connection }) => connection ?? []),
    ),
    perRound: [],
  }));
}

/** Which cycles forgotten connections came from, whatever state they are in now. */
export function connectionPattern(evidence: Evidence): HeldGroup['pattern'] {
  return cyclePattern(
    evidence,
    evidence.held.flatMap(({ connection }) => connection ?? []),
  );
}

/** Connections that somebody outside of the tree holds, and those that no descriptor holds. */
export function outsideGroups(evidence: Evidence): HeldGroup[] {
  return groupBy(evidence.outside, ({ row, pids }) => `${pids.length > 0} ${row.state}`).map(([, held]) => {
    const connections = held.flatMap(({ row }) => evidence.connectionOf(row.remotePort) ?? []);
    const pids = [...new Set(held.flatMap(entry => entry.pids))];
    return {
      what: pids.length > 0 ? 'outside' : 'nowhere',
      state: held[0]?.row.state,
      count: held.length,
      descriptors: held.length,
      pids,
      fdNumbers: [],
      pattern: cyclePattern(evidence, connections),
      inWarmup: connections.filter(connection => isWarmup(evidence, connection)).length,
      heldClients: heldClients(evidence, connections),
      perRound: [],
    };
  });
}

/** Things of one kind whose growth recurred. */
export function unnamedGroup(evidence: Evidence, { key, inCycles, perRound }: Growth): HeldGroup {
  const sockets = evidence.held.filter(({ role }) => role === key);
  const before = key === 'dead-socket' ? 0 : evidence.baselineCounts[key];
  const common = { state: undefined, pattern: patternApart(evidence, key), perRound };
  if (sockets.length > 0) {
    return {
      ...describe(sockets),
      ...common,
      what: key as HeldGroup['what'],
      inWarmup: Math.max(0, sockets.length - inCycles),
      followed: key === 'dead-socket' ? followedGroup(evidence) : undefined,
    };
  }
  const now = evidence.after.processes.flatMap(({ pid, fds }) =>
    fds.filter(fd => fd.kind === key).map(() => pid),
  );
  return {
    ...common,
    what: key as HeldGroup['what'],
    count: inCycles,
    descriptors: key === 'pipe' ? now.length - before : inCycles,
    pids: [...new Set(now)],
    fdNumbers: [],
    inWarmup: 0,
  };
}

function followedGroup({ followed, originOf }: Evidence): FollowedGroup | undefined {
  if (!followed || followed.length === 0) return undefined;
  const kept = followed.filter(({ descriptors }) => descriptors.length > 0);
  const first = followed[0]?.connection ?? 1;
  return {
    of: followed.length,
    keptCycles: kept.map(({ connection }) => originOf(connection).cycle),
    pattern: patternOf(
      kept.map(({ connection }) => connection - first + 1),
      followed.length,
    ),
    fdNumbers: kept.flatMap(({ descriptors }) => descriptors.map(({ number }) => number)),
  };
}

function describe(sockets: readonly HeldSocket[]) {
  const descriptors = sockets.flatMap(socket => socket.descriptors);
  return {
    count: sockets.length,
    descriptors: descriptors.length,
    pids: [...new Set(descriptors.map(({ pid }) => pid))],
    fdNumbers: descriptors.map(({ number }) => number).sort((a, b) => a - b),
  };
}

function cyclePattern(evidence: Evidence, connections: readonly number[]): HeldGroup['pattern'] {
  const cycles = connections.flatMap(connection => {
    const origin = evidence.originOf(connection);
    return origin.phase === 'cycles' ? [origin.cycle] : [];
  });
  if (cycles.length === 0) return undefined;
  const byClient = patternByClient(
    evidence,
    connections.filter(connection => evidence.originOf(connection).phase === 'cycles'),
  );
  if (byClient) return byClient;
  return patternOf(cycles, evidence.cycles.completed, evidence.concurrency - 1);
}

function heldClients(evidence: Evidence, connections: readonly number[]): number[] {
  const origins = connections.map(evidence.originOf);
  return origins
    .flatMap(({ phase, cycle }) => (phase === 'hold' ? [cycle] : []))
    .sort((one, other) => one - other);
}

function isWarmup(evidence: Evidence, connection: number | undefined): boolean {
  return connection !== undefined && evidence.originOf(connection).phase === 'warm-up';
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): [K, T[]][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups];
}
