import type { ClientEvidence } from '../evidence.js';
import type { ClientCheckResult, IdleFinding } from '../finding.js';
import { allowance, perRequest } from '../stuck.js';

/**
 * Idle connections: more, or for longer, than was allowed; and in any case those of a client that opens the next one
 * beside them, most of the time.
 */
export function checkIdle(evidence: ClientEvidence): ClientCheckResult {
  const { limits, peakIdle, peakIdleAtOnce, peakIdleOnOnePort } = evidence;
  const { longestIdleMs, requests, peakBusy, held } = evidence;
  const found = (why: IdleFinding['why'], count: number, limit: number | undefined): IdleFinding => ({
    kind: 'idle',
    severity: 'fail',
    count,
    perCycle: perRequest(count, evidence),
    why,
    limit,
    longestIdleMs,
    peakBusy,
    requests,
    fdLimit: held?.fdLimit,
  });
  const { maxIdle, maxIdlePerPort, idleMs } = limits;
  const finding =
    maxIdle !== undefined && peakIdle > maxIdle
      ? found('too-many', peakIdle, maxIdle)
      : maxIdlePerPort !== undefined && peakIdleOnOnePort > maxIdlePerPort
        ? found('too-many-on-one-port', peakIdleOnOnePort, maxIdlePerPort)
        : idleMs !== undefined && longestIdleMs > idleMs + LATE_MS
          ? found('too-long', Math.max(1, peakIdle), idleMs)
          : maxIdle === undefined && isHoard(evidence)
            ? found('hoard', peakIdleAtOnce, undefined)
            : undefined;
  return {
    check: {
      kind: 'idle',
      status: finding ? 'fail' : 'pass',
      before: 0,
      after: finding?.count ?? peakIdle,
      perRound: [],
      bound: maxIdle,
    },
    findings: finding ? [finding] : [],
  };
}

/** More than were ever needed at a time, and most requests brought another one although these were there. */
function isHoard(evidence: ClientEvidence): boolean {
  const { peakIdleAtOnce, besideIdle, requests } = evidence;
  return peakIdleAtOnce > Math.max(LEAST_HOARD, allowance(evidence)) && 2 * besideIdle >= requests;
}

const LEAST_HOARD = 4;
/** A client's timers come late too. */
const LATE_MS = 250;
