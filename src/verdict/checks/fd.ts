import { CENSUS_KEYS, takeCensus } from '../census.js';
import type { Evidence } from '../evidence.js';
import type { CheckResult, FdFinding, HeldGroup, Note } from '../finding.js';
import type { HeldSocket } from '../held.js';
import { patternOf } from '../pattern.js';
import { hasForgottenConnections, isProven } from '../proven.js';
import { type Growth, growthOf, isAtFdLimit, isDescriptor } from '../recurrence.js';
import { isSpinning } from '../spinning.js';

/**
 * Descriptors that are kept. Our own connections are attributed and need no statistics; what has no name is accused
 * only when it recurred.
 */
export function checkFds(evidence: Evidence): CheckResult {
  const draining = evidence.settled.state === 'draining';
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
        ...connectionGroups(evidence),
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
      status: counts > 0 ? 'fail' : draining || doubtful ? 'undecided' : 'pass',
      before: fdsBefore,
      after: fdsAfter,
      perRound: accused[0]?.perRound ?? suspects[0]?.perRound ?? [],
      bound: undefined,
    },
    findings,
    notes: [
      ...drainingNotes(evidence),
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
  const perConnection = (fdsAfter - fdsBefore) / Math.max(1, evidence.judgedConnections);
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
        ? { kind: 'every' }
        : groups.length === 1
          ? groups[0]?.pattern
          : undefined,
    limit,
    connectionsLeft:
      left === undefined || perConnection <= 0
        ? undefined
        : isAtFdLimit(evidence)
          ? 0
          : Math.floor(left / perConnection),
    spinning: isSpinning(evidence),
  };
}

/** Forgotten connections, by TCP state. */
function connectionGroups(evidence: Evidence): HeldGroup[] {
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
    perRound: [],
  }));
}

/** Connections that somebody outside of the tree holds, and those that no descriptor holds. */
function outsideGroups(evidence: Evidence): HeldGroup[] {
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
      perRound: [],
    };
  });
}

function unnamedGroup(evidence: Evidence, { key, inCycles, perRound }: Growth): HeldGroup {
  const sockets = evidence.held.filter(({ role }) => role === key);
  const before = key === 'dead-socket' ? 0 : evidence.baselineCounts[key];
  const common = { state: undefined, pattern: undefined, perRound };
  if (sockets.length > 0) {
    return {
      ...describe(sockets),
      ...common,
      what: key as HeldGroup['what'],
      inWarmup: Math.max(0, sockets.length - inCycles),
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
  return patternOf(cycles, evidence.cycles.completed, evidence.concurrency - 1);
}

function isWarmup(evidence: Evidence, connection: number | undefined): boolean {
  return connection !== undefined && evidence.originOf(connection).phase === 'warm-up';
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
  const before = takeCensus(evidence.before, evidence.before, []);
  return CENSUS_KEYS.filter(isDescriptor).flatMap(key => {
    const count = evidence.baselineCounts[key] - before[key];
    const stays = growthOf(evidence, key).recurrence === 'none';
    return count > 0 && stays ? [{ note: 'opened-once' as const, what: key, count }] : [];
  });
}

function drainingNotes({ settled, held, acceptQueue }: Evidence): Note[] {
  const outstanding = held.filter(({ role }) => role === 'connection').length + acceptQueue;
  if (settled.state === 'draining' && outstanding > 0) {
    return [{ note: 'draining', outstanding, waitedMs: settled.tookMs }];
  }
  return settled.state === 'back' && settled.lastChangeMs >= LATE_MS
    ? [{ note: 'closed-late', afterMs: settled.lastChangeMs }]
    : [];
}

function otherClients({ held }: Evidence): Note[] {
  const count = held.filter(({ role }) => role === 'other-client').length;
  return count > 0 ? [{ note: 'other-clients', count }] : [];
}

export function countFds(snapshot: Evidence['before']): number {
  return snapshot.processes.reduce((sum, { fds }) => sum + fds.length, 0);
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

/** Closing later than this is worth a word. */
const LATE_MS = 500;
