import type { ClientEvidence } from '../evidence.js';
import type { ClientCheckResult } from '../finding.js';

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
  if (wasted < LEAST_WASTE) return false;
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
const LEAST_WASTE = 5;
