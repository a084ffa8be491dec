import type { ClientEvidence, Stuck } from './evidence.js';
import type { ClientCheckResult, IdleFinding, UnclosedFinding } from './finding.js';

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
  return peakIdleAtOnce > Math.max(MIN_HOARD, allowance(evidence)) && 2 * besideIdle >= requests;
}

const MIN_HOARD = 4;
/** A client's timers come late too. */
const LATE_MS = 250;

/** A new connection for most requests, although one could have been used again. */
export function checkReuse(evidence: ClientEvidence): ClientCheckResult {
  const { protocol, keepAlive, besideIdle, afterClose, connections, requests, peakBusy, askedToClose } =
    evidence;
  const wasted = besideIdle + afterClose;
  const check = {
    kind: 'reuse',
    before: requests,
    after: connections,
    perRound: [],
    bound: undefined,
  } as const;
  if (protocol === 'tcp' || !keepAlive || requests < 2 || ownProcessEach(evidence))
    return { check: { ...check, status: 'not-measured' }, findings: [] };
  if (!isWasteful(wasted, evidence)) {
    const isUnknown = isWasteful(wasted + evidence.perhapsWasted, evidence);
    return { check: { ...check, status: isUnknown ? 'undecided' : 'pass' }, findings: [] };
  }
  if (perhapsOwnProcessEach(evidence)) return { check: { ...check, status: 'undecided' }, findings: [] };
  const why =
    2 * askedToClose >= requests
      ? 'asked-to-close'
      : besideIdle > afterClose
        ? 'left-idle'
        : 'closed-at-once';
  const perCycle = Number((connections / requests).toPrecision(3));
  return {
    check: { ...check, status: 'fail' },
    findings: [
      { kind: 'reuse', severity: 'fail', count: wasted, perCycle, connections, requests, why, peakBusy },
    ],
  };
}

/**
 * Half of the requests brought a connection for nothing, or nearly all that could have found one ready, where those are
 * many: a burst and a little more proves nothing.
 */
function isWasteful(wasted: number, { requests, peakBusy }: ClientEvidence): boolean {
  if (wasted < MIN_WASTE) return false;
  return 2 * wasted >= requests || (requests >= 2 * peakBusy && wasted >= 0.8 * (requests - peakBusy));
}

/** Processes that come and go have no connections to share. */
function ownProcessEach({ owners, ownersAsked }: ClientEvidence): boolean {
  return owners >= 3 && 2 * owners >= ownersAsked;
}

/** It was looked for their owners, and none was found, or two for so few: short processes are gone quickly. */
function perhapsOwnProcessEach({ owners, ownersAsked }: ClientEvidence): boolean {
  return owners === 0 ? ownersAsked > 0 : owners >= 2 && 2 * owners >= ownersAsked;
}

/** Fewer handshakes than these are nobody's trouble. */
const MIN_WASTE = 5;

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
  const isMeasured = limits.patienceMs !== undefined || held;
  const isUnknown = evidence.perhapsOverdue > 0 || (held && isSeenTooEarly(evidence));
  const innocent = !isMeasured ? 'not-measured' : isUnknown ? 'undecided' : 'pass';
  const status = findings.length > 0 ? 'fail' : innocent;
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

/** A pool may hold as many as it has ever used at a time, and looks at them when it needs one. */
function allowance({ peakBusy }: ClientEvidence): number {
  return Math.max(MIN_STUCK, peakBusy);
}

/**
 * How many sockets are stuck beyond what a pool may hold. What was so for a second is no matter of delay; what
 * was not has to be twice as much as could have been in use.
 */
function beyondUse(
  evidence: ClientEvidence,
  { peak, peakForASecond }: Stuck,
  mayHold = allowance(evidence),
): number {
  if (peakForASecond > mayHold) return peakForASecond;
  return peak > 2 * mayHold + 2 ? peak : 0;
}

/**
 * Whether the last look at what the client holds came before most of what it may have forgotten: on a machine without CPU
 * it may be the first one, too.
 */
function isSeenTooEarly({ leftToIt, leftToItWhenLooked }: ClientEvidence): boolean {
  return leftToIt - leftToItWhenLooked > MIN_STUCK && 2 * leftToItWhenLooked < leftToIt;
}

/** Of each request, to three digits. */
function perRequest(count: number, { requests }: ClientEvidence): number {
  return requests === 0 ? 0 : Number((count / requests).toPrecision(3));
}

/** So many may always be held for a moment. */
const MIN_STUCK = 2;
