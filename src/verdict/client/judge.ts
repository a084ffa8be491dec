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
  const results = withoutConsequences(
    CLIENT_KINDS.map(kind => CHECKS[kind](evidence)),
    policy,
  );
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

/**
 * A connection whose answer nobody reads looks idle, and the next request needs another one: where the cause fails the
 * client, these do not fail it again.
 */
function withoutConsequences(
  results: readonly ClientCheckResult[],
  policy: Policy<ClientKind>,
): readonly ClientCheckResult[] {
  const found = results.flatMap(({ findings }) => findings);
  const unread = applyPolicy<ClientFinding>(found, policy).findings.reduce(
    (sum, one) =>
      sum + (one.kind === 'unclosed' && one.why === 'unread' && one.severity === 'fail' ? one.count : 0),
    0,
  );
  return results.map(result =>
    result.findings.some(one => isConsequence(one, unread))
      ? { check: { ...result.check, status: 'not-measured', perRound: [] }, findings: [] }
      : result,
  );
}

/** More idle connections than --max-idle and its like allow are told in any case. */
function isConsequence(found: ClientFinding, unread: number): boolean {
  const mayBe = found.kind === 'reuse' || (found.kind === 'idle' && found.why === 'hoard');
  return mayBe && unread >= CAUSING_SHARE * found.count;
}

/** Of those that look idle, or were opened anew, so many have an answer that nobody reads. */
const CAUSING_SHARE = 0.8;
