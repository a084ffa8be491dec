import type { ClientEvidence } from '../evidence.js';
import type { ClientCheckResult } from '../finding.js';
import { beyondUse, isSeenTooEarly, perRequest } from '../stuck.js';

/** The server has closed, the client has not: more of these than a pool could have forgotten to look at. */
export function checkCloseWait(evidence: ClientEvidence): ClientCheckResult {
  const { held, requests, peakBusy } = evidence;
  const base = { kind: 'close-wait', perRound: [], bound: undefined } as const;
  if (!held) {
    return {
      check: { ...base, status: 'not-measured', before: undefined, after: undefined },
      findings: [],
    };
  }
  const { closeWait, fdLimit } = held;
  const count = beyondUse(evidence, closeWait);
  const innocent = isSeenTooEarly(evidence) ? 'undecided' : 'pass';
  const check = {
    ...base,
    before: 0,
    after: closeWait.peak,
    status: count > 0 ? 'fail' : innocent,
  } as const;
  if (count === 0) return { check, findings: [] };
  const perCycle = perRequest(count, evidence);
  const finding = {
    kind: 'close-wait',
    severity: 'fail',
    count,
    perCycle,
    requests,
    peakBusy,
    fdLimit,
  } as const;
  return { check, findings: [{ ...finding, fds: closeWait.fds }] };
}
