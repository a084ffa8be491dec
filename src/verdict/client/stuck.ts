import type { ClientEvidence, Stuck } from './evidence.js';

/** A pool may hold as many as it has ever used at a time, and looks at them when it needs one. */
export function allowance({ peakBusy }: ClientEvidence): number {
  return Math.max(LEAST_STUCK, peakBusy);
}

/**
 * How many sockets are stuck beyond what a pool may hold. What was so for a second is no matter of delay; what
 * was not has to be twice as much as could have been in use.
 */
export function beyondUse(
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
export function isSeenTooEarly({ leftToIt, leftToItWhenLooked }: ClientEvidence): boolean {
  return leftToIt - leftToItWhenLooked > LEAST_STUCK && 2 * leftToItWhenLooked < leftToIt;
}

/** Of each request, to three digits. */
export function perRequest(count: number, { requests }: ClientEvidence): number {
  return requests === 0 ? 0 : Number((count / requests).toPrecision(3));
}

/** So many may always be held for a moment. */
const LEAST_STUCK = 2;
