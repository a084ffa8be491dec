import { acceptedConnections } from '../accepted.js';
import type { Evidence } from '../evidence.js';
import { attempts } from '../failures.js';
import type { CheckResult } from '../finding.js';
import { isAtFdLimit } from '../recurrence.js';

/**
 * connect() proves nothing: the kernel makes the handshake for a server that hangs. What was not taken out of the
 * accept queue was not accepted, and a queue that stands still belongs to a server that has stopped accepting.
 */
export function checkHang(evidence: Evidence): CheckResult {
  const { hangs, queued, stalled } = standstill(evidence);
  return {
    check: {
      kind: 'hang',
      status: hangs ? 'fail' : queued > 0 ? 'undecided' : 'pass',
      before: 0,
      after: queued,
      perRound: [],
      bound: undefined,
    },
    findings: hangs
      ? [
          {
            kind: 'hang',
            severity: 'fail',
            count: queued,
            perCycle: queued / Math.max(1, evidence.connections),
            accepted: acceptedConnections(evidence),
            connected: attempts(evidence),
            stalledMs: stalled ? evidence.timeoutMs : evidence.settled.tookMs,
            atFdLimit: isAtFdLimit(evidence),
          },
        ]
      : [],
    notes: [],
  };
}

export function isHanging(evidence: Evidence): boolean {
  return standstill(evidence).hangs;
}

function standstill(evidence: Evidence) {
  const stalled = [evidence.warmup, evidence.cycles, evidence.confirm].some(
    ({ stopped }) => stopped === 'accept-stalled' || stopped === 'deadlines',
  );
  const queued = Math.max(evidence.acceptQueue, evidence.unaccepted.length);
  const gone = evidence.departed.some(({ isRoot }) => isRoot);
  const stuck = queued > 0 && evidence.settled.state === 'held';
  const hangs =
    !gone && !evidence.listenerGone && (stuck || (stalled && (queued > 0 || evidence.cycles.failed > 0)));
  return { hangs, queued, stalled };
}
