import { CLIENT_KINDS, type ClientKind } from '../kinds.js';
import { applyPolicy, type Policy } from '../policy.js';
import { checkCloseWait, checkFd, checkIdle, checkReuse, checkUnclosed } from './checks.js';
import type { ClientEvidence } from './evidence.js';
import type { ClientCheck, ClientCheckResult, ClientFinding } from './finding.js';

export interface ClientVerdict {
  readonly verdict: 'pass' | 'fail' | 'undecided';
  /** Nothing was found by the default rules, and everything could be seen. */
  readonly clean: boolean;
  readonly checks: readonly ClientCheck[];
  readonly findings: readonly ClientFinding[];
  readonly allowed: ReadonlyArray<{ readonly kind: ClientKind; readonly count: number }>;
}

/** Total: a kind without its check does not compile. */
const CHECKS = {
  fd: checkFd,
  'close-wait': checkCloseWait,
  unclosed: checkUnclosed,
  idle: checkIdle,
  reuse: checkReuse,
} as const satisfies Record<ClientKind, (evidence: ClientEvidence) => ClientCheckResult>;

/** Judges one client. Pure. */
export function judgeClient(evidence: ClientEvidence, policy: Policy<ClientKind>): ClientVerdict {
  const results = withoutConsequences(CLIENT_KINDS.map(kind => CHECKS[kind](evidence)));
  const found = results.flatMap(({ findings }) => findings);
  const { findings, allowed } = applyPolicy<ClientFinding>(found, policy);
  const fails = findings.some(({ severity }) => severity === 'fail');
  // Without its descriptors nothing is known of what a client holds behind the server's back.
  const seen = evidence.held !== undefined && evidence.requests + evidence.failed + evidence.connections > 0;
  const decided = seen && results.every(({ check }) => check.status !== 'undecided');
  return {
    verdict: fails ? 'fail' : decided ? 'pass' : 'undecided',
    clean: found.length === 0 && decided,
    checks: results.map(({ check }) => check),
    findings,
    allowed,
  };
}

/** A connection whose answer nobody reads is no idle one that was kept, and no other request could have used it. */
function withoutConsequences(results: readonly ClientCheckResult[]): readonly ClientCheckResult[] {
  const unread = results
    .flatMap(({ findings }) => findings)
    .reduce((sum, found) => sum + (found.kind === 'unclosed' && found.why === 'unread' ? found.count : 0), 0);
  return results.map(result =>
    result.findings.some(found => isConsequence(found, unread))
      ? { check: { ...result.check, status: 'not-measured', perRound: [] }, findings: [] }
      : result,
  );
}

/** What was allowed by number is counted in any case. */
function isConsequence(found: ClientFinding, unread: number): boolean {
  const isByItsOwnUse = found.kind === 'reuse' || (found.kind === 'idle' && found.why === 'hoard');
  return isByItsOwnUse && unread >= MOST * found.count;
}

const MOST = 0.8;
