import { patternApart, patternByClient } from '../apart.js';
import { CENSUS_KEYS, type Evidence, type HeldSocket } from '../evidence.js';
import type { CheckResult, FdFinding, FollowedGroup, HeldGroup } from '../finding.js';
import { countNames, inheritance, newPaths, PATHED } from '../held-names.js';
import { closedLate } from '../late.js';
import type { Note } from '../note.js';
import { patternOf } from '../pattern.js';
import { hasForgottenConnections, isProven } from '../proven.js';
import { type Growth, growthOf, isAtFdLimit, isDescriptor } from '../recurrence.js';
import { forecast } from '../watched-load.js';
import { inHand } from './hang.js';
import { isSpinning } from './work.js';

/**
 * Descriptors that are kept. Our own connections are attributed and need no statistics; what has no name is accused
 * only when it recurred.
 */
export function checkFds(evidence: Evidence): CheckResult {
  const draining = evidence.settled.state === 'draining';
  const isInHand = inHand(evidence) > 0;
  const growths = CENSUS_KEYS.filter(isDescriptor).map(key => growthOf(evidence, key));
  const accused = growths.filter(
    ({ key, recurrence }) =>
      recurrence === 'recurs' ||
      recurrence === 'saturated' ||
      // Beside connections that are proved forgotten, those that were reset meanwhile are the same leak.
      (recurrence === 'suspect' && key === 'dead-socket' && hasForgottenConnections(evidence)),
  );
  const groups = draining
    ? []
    : [
        ...(isInHand ? [] : connectionGroups(evidence)),
        ...outsideGroups(evidence),
        ...accused.map(growth => unnamedGroup(evidence, growth)),
      ];
  const suspects = growths.filter(({ recurrence }) => recurrence === 'suspect');
  const doubtful = suspects.length > 0 && !isProven(evidence);
  const counts = groups.reduce((sum, { count }) => sum + count, 0);
  const fdsBefore = countFds(evidence.before);
  const fdsAfter = countFds(evidence.after);
  const findings = counts > 0 ? [finding(evidence, groups, counts, fdsBefore, fdsAfter)] : [];
  return {
    check: {
      kind: 'fd',
      status:
        counts > 0
          ? 'fail'
          : draining || doubtful || isInHand
            ? 'undecided'
            : suspects.length > 0
              ? 'not-measured'
              : 'pass',
      before: fdsBefore,
      after: fdsAfter,
      perRound: accused[0]?.perRound ?? suspects[0]?.perRound ?? [],
      bound: undefined,
    },
    findings,
    notes: [
      ...drainingNotes(evidence),
      ...closedWithLater(evidence),
      ...neverClosed(evidence),
      ...(isProven(evidence) ? [] : [...growths.flatMap(noteOf), ...openedInWarmup(evidence)]),
      ...otherClients(evidence),
    ],
  };
}

function finding(
  evidence: Evidence,
  groups: readonly HeldGroup[],
  count: number,
  fdsBefore: number,
  fdsAfter: number,
): FdFinding {
  const perCycle = count / Math.max(1, evidence.judgedConnections);
  const fullest = Math.max(0, ...evidence.after.processes.map(({ fds }) => fds.length));
  const limit = evidence.fdLimit;
  const left = limit === undefined ? undefined : Math.max(0, limit - fullest);
  // In use by others is not kept.
  const grown = evidence.watch
    ? groups.reduce((sum, { descriptors }) => sum + descriptors, 0)
    : fdsAfter - fdsBefore;
  const ahead = forecast(left, grown, evidence.judgedConnections, evidence.watch);
  return {
    kind: 'fd',
    severity: 'fail',
    count,
    perCycle,
    inWarmup: groups.reduce((sum, group) => sum + group.inWarmup, 0),
    fdsBefore,
    fdsAfter,
    groups,
    pattern:
      count >= evidence.judgedConnections
        ? count >= MANY * evidence.judgedConnections || ahead.perMinute !== undefined
          ? undefined
          : { kind: 'every' }
        : groups.length === 1
          ? groups[0]?.pattern
          : groups.every(({ what }) => what === 'connection')
            ? connectionPattern(evidence)
            : undefined,
    limit,
    ...ahead,
    ...(isAtFdLimit(evidence) && grown > 0 ? { connectionsLeft: 0 } : {}),
    spinning: isSpinning(evidence),
    ...(evidence.settled.hasTimeout && { hasTimeout: true }),
  };
}

function noteOf({ key, recurrence, total, inCycles, perRound }: Growth): Note[] {
  if (recurrence === 'suspect') return [{ note: 'unconfirmed', what: key, count: total, perRound }];
  if (recurrence !== 'levelled') return [];
  const once = perRound.every(growth => growth <= 0);
  return once
    ? [{ note: 'opened-once', what: key, count: inCycles }]
    : [{ note: 'levelled-off', what: key, perRound }];
}

/** Descriptors that were opened in the warm-up and stay: the first use of something. */
function openedInWarmup(evidence: Evidence): Note[] {
  return CENSUS_KEYS.filter(isDescriptor).flatMap(key => {
    const count = evidence.baselineCounts[key] - evidence.beforeCounts[key];
    const stays = growthOf(evidence, key).recurrence === 'none';
    return count > 0 && stays ? [{ note: 'opened-once' as const, what: key, count }] : [];
  });
}

function drainingNotes({ settled, held, acceptQueue, interrupted }: Evidence): Note[] {
  const outstanding = held.filter(({ role }) => role === 'connection').length + acceptQueue;
  if (settled.state === 'draining' && outstanding > 0) {
    const falls = settled.lastChangeMs > 0;
    return [{ note: 'draining', outstanding, waitedMs: settled.tookMs, falls, interrupted }];
  }
  return closedLate(settled) ? [{ note: 'closed-late', afterMs: settled.lastChangeMs }] : [];
}

function closedWithLater({ held, heldAtRest, settled }: Evidence): Note[] {
  const count = heldAtRest - held.filter(({ role }) => role === 'connection').length;
  return count > 0 && settled.state === 'held' ? [{ note: 'closed-with-later', count }] : [];
}

/** What a client saw that half-closed and waited: the same leak from the other side, or a server that took its time. */
function neverClosed({ warmup, cycles, confirm, held }: Evidence): Note[] {
  const tallies = [warmup, cycles, confirm];
  const count = tallies.reduce((sum, { unclosed }) => sum + unclosed, 0);
  const unawaited = tallies.reduce((sum, tally) => sum + tally.unawaited, 0);
  const kept = held.filter(({ role }) => role === 'connection').length;
  return count > 0 ? [{ note: 'never-closed', count, unawaited, held: kept }] : [];
}

function otherClients({ held }: Evidence): Note[] {
  const count = held.filter(({ role }) => role === 'other-client').length;
  return count > 0 ? [{ note: 'other-clients', count }] : [];
}

export function countFds(snapshot: Evidence['before']): number {
  return snapshot.processes.reduce((sum, { fds }) => sum + fds.length, 0);
}

/** From so many per connection on it is not told as one. */
const MANY = 1.5;

/** Forgotten connections, by TCP state. */
function connectionGroups(evidence: Evidence): HeldGroup[] {
  const ours = evidence.held.filter(({ role }) => role === 'connection');
  return groupBy(ours, ({ state }) => state).map(([state, sockets]) => ({
    ...describe(sockets),
    ...inheritance(evidence.after.processes, sockets),
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
function connectionPattern(evidence: Evidence): HeldGroup['pattern'] {
  return cyclePattern(
    evidence,
    evidence.held.flatMap(({ connection }) => connection ?? []),
  );
}

/** Connections that somebody outside of the tree holds, and those that no descriptor holds. */
function outsideGroups(evidence: Evidence): HeldGroup[] {
  return groupBy(evidence.outside, ({ row, pids }) => `${pids.length > 0} ${row.state}`).map(([, held]) => {
    const connections = held.flatMap(
      ({ row }) => evidence.own?.connectionOf(row.remotePort, row.remoteAddress) ?? [],
    );
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
function unnamedGroup(evidence: Evidence, { key, inCycles, perRound }: Growth): HeldGroup {
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
  const names = PATHED.has(key) ? newPaths(evidence, key) : [];
  return {
    ...(names.length > 0 && { names }),
    ...common,
    what: key as HeldGroup['what'],
    count: inCycles,
    descriptors: key === 'pipe' ? now.length - before : inCycles,
    pids: [...new Set(now)],
    fdNumbers: [],
    inWarmup: 0,
  };
}

function followedGroup({ own }: Evidence): FollowedGroup | undefined {
  const followed = own?.followed;
  if (!followed || followed.length === 0) return undefined;
  const kept = followed.filter(({ descriptors }) => descriptors.length > 0);
  const first = followed[0]?.connection ?? 1;
  return {
    of: followed.length,
    keptCycles: kept.map(({ connection }) => own.originOf(connection).cycle),
    pattern: patternOf(
      kept.map(({ connection }) => connection - first + 1),
      followed.length,
    ),
    fdNumbers: kept.flatMap(({ descriptors }) => descriptors.map(({ number }) => number)),
  };
}

function describe(sockets: readonly HeldSocket[]) {
  const descriptors = sockets.flatMap(socket => socket.descriptors);
  const names = countNames(sockets.flatMap(({ name }) => name ?? []));
  return {
    ...(names.length > 0 && { names }),
    count: sockets.length,
    descriptors: descriptors.length,
    pids: [...new Set(descriptors.map(({ pid }) => pid))],
    fdNumbers: descriptors.map(({ number }) => number).sort((a, b) => a - b),
  };
}

function cyclePattern(evidence: Evidence, connections: readonly number[]): HeldGroup['pattern'] {
  const { own } = evidence;
  if (!own) return undefined;
  const cycles = connections.flatMap(connection => {
    const origin = own.originOf(connection);
    return origin.phase === 'cycles' ? [origin.cycle] : [];
  });
  if (cycles.length === 0) return undefined;
  const byClient = patternByClient(
    evidence,
    connections.filter(connection => own.originOf(connection).phase === 'cycles'),
  );
  if (byClient) return byClient;
  return patternOf(cycles, evidence.cycles.completed, own.concurrency - 1);
}

function heldClients({ own }: Evidence, connections: readonly number[]): number[] {
  if (!own) return [];
  return connections
    .map(own.originOf)
    .flatMap(({ phase, cycle }) => (phase === 'hold' ? [cycle] : []))
    .sort((one, other) => one - other);
}

function isWarmup(evidence: Evidence, connection: number | undefined): boolean {
  return connection !== undefined && evidence.own?.originOf(connection).phase === 'warm-up';
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
