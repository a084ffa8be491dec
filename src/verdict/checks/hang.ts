import { acceptedConnections } from '../accepted.js';
import type { Evidence, HeldClients } from '../evidence.js';
import { attempts } from '../failures.js';
import type { CheckResult } from '../finding.js';
import { isAtFdLimit } from '../recurrence.js';

/**
 * connect() proves nothing: the kernel makes the handshake for a server that hangs. What was not taken out of the
 * accept queue was not accepted, and a queue that stands still belongs to a server that has stopped accepting.
 */
export function checkHang(evidence: Evidence): CheckResult {
  const { hangs, queued, stalled } = standstill(evidence);
  const hold = evidence.own?.hold;
  if (!hangs && hold && isBlocking(hold, stalled)) return blockedBySilence(evidence, hold);
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
            stalledMs: stalled ? evidence.timeoutMs : evidence.queueSettled.tookMs,
            atFdLimit: isAtFdLimit(evidence),
          },
        ]
      : [],
    notes: [],
  };
}

/** A pool goes on accepting for a while when all its workers wait for silent clients: then the cycles stand still. */
function isBlocking(hold: HeldClients, stalled: boolean): boolean {
  return hold.accepted > 0 && (hold.blocked || (stalled && hold.aloneMs !== undefined));
}

/** Clients that say nothing have all that the server can serve at a time. */
function blockedBySilence(
  evidence: Evidence,
  { accepted, opened, waitedMs, holding }: HeldClients,
): CheckResult {
  const count = Math.max(1, opened - accepted);
  return {
    check: { kind: 'hang', status: 'fail', before: 0, after: count, perRound: [], bound: undefined },
    findings: [
      {
        kind: 'hang',
        severity: 'fail',
        count,
        perCycle: count / Math.max(1, evidence.connections),
        accepted,
        connected: opened,
        stalledMs: waitedMs || evidence.timeoutMs,
        atFdLimit: holding.fullestFds >= (evidence.fdLimit ?? Number.POSITIVE_INFINITY) - FULL_WITHIN,
        silentClients: accepted,
      },
    ],
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
  const stuck = queued > 0 && evidence.queueSettled.state === 'held';
  const hangs =
    !gone && !evidence.listenerGone && (stuck || (stalled && (queued > 0 || evidence.cycles.failed > 0)));
  return { hangs, queued, stalled };
}

/** A descriptor or two may be spare at the limit. */
const FULL_WITHIN = 2;
