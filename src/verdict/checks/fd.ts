import { CENSUS_KEYS, takeCensus } from '../census.js';
import type { Evidence } from '../evidence.js';
import type { CheckResult, FdFinding, HeldGroup } from '../finding.js';
import { connectionGroups, connectionPattern, outsideGroups, unnamedGroup } from '../held-groups.js';
import { closedLate } from '../late.js';
import type { Note } from '../note.js';
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
      status:
        counts > 0
          ? 'fail'
          : draining || doubtful
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
          : groups.every(({ what }) => what === 'connection')
            ? connectionPattern(evidence)
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
