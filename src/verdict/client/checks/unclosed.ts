import type { ClientEvidence } from '../evidence.js';
import type { ClientCheckResult, UnclosedFinding } from '../finding.js';
import { beyondUse, perRequest } from '../stuck.js';

/** Connections whose answer did not come, or that nobody reads to its end, and that stay open. */
export function checkUnclosed(evidence: ClientEvidence): ClientCheckResult {
  const { held, peakOverdue, longestOwedMs, limits } = evidence;
  const unread = held ? beyondUse(evidence, held.unread) : 0;
  const owed = limits.patienceMs === undefined ? 0 : peakOverdue;
  const found = (count: number, why: UnclosedFinding['why'], longestMs: number): UnclosedFinding => ({
    kind: 'unclosed',
    severity: 'fail',
    count,
    perCycle: perRequest(count, evidence),
    why,
    longestMs,
    patienceMs: limits.patienceMs,
  });
  const findings = [
    ...(owed > 0 ? [found(owed, 'owed', longestOwedMs)] : []),
    ...(owed === 0 && unread > 0 ? [found(unread, 'unread', 0)] : []),
  ];
  const status =
    findings.length > 0 ? 'fail' : limits.patienceMs === undefined && !held ? 'not-measured' : 'pass';
  return {
    check: {
      kind: 'unclosed',
      status,
      before: 0,
      after: Math.max(owed, unread),
      perRound: [],
      bound: undefined,
    },
    findings,
  };
}
