import type { ClientEvidence } from '../evidence.js';
import type { ClientCheckResult } from '../finding.js';
import { beyondUse, isSeenTooEarly, perRequest } from '../stuck.js';

/** Sockets whose connection was reset, and whose descriptor is kept. */
export function checkFd(evidence: ClientEvidence): ClientCheckResult {
  const { held, requests, peakBusy } = evidence;
  const base = {
    kind: 'fd',
    before: held?.fdsBefore,
    after: held?.fdsPeak,
    perRound: [],
    bound: undefined,
  } as const;
  if (!held) return { check: { ...base, status: 'not-measured' }, findings: [] };
  const count = beyondUse(evidence, held.dead, Math.max(2, evidence.peakOpen));
  if (count === 0) {
    return { check: { ...base, status: isSeenTooEarly(evidence) ? 'undecided' : 'pass' }, findings: [] };
  }
  const { fdLimit } = held;
  return {
    check: { ...base, status: 'fail' },
    findings: [
      {
        kind: 'fd',
        severity: 'fail',
        count,
        perCycle: perRequest(count, evidence),
        requests,
        peakBusy,
        fdLimit,
        fds: held.dead.fds,
      },
    ],
  };
}
