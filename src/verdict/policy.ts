import type { Finding, Kind } from './finding.js';

/** Which findings a user wants to be failed by. The default fails on all of them. */
export interface Policy {
  readonly strict: boolean;
  /** Kinds that fail; undefined is all of them. */
  readonly failOn: readonly Kind[] | undefined;
  /** Most of a kind that is let pass. */
  readonly allow: Readonly<Partial<Record<Kind, number>>>;
}

export interface PolicyOutcome {
  readonly findings: readonly Finding[];
  readonly allowed: ReadonlyArray<{ readonly kind: Kind; readonly count: number }>;
}

/** What is let pass stays in the report as a warning and is listed: the cleanliness of a run is that of the default rules. */
export function applyPolicy(findings: readonly Finding[], policy: Policy): PolicyOutcome {
  const letPass = ({ kind, severity, count }: Finding) =>
    (severity === 'fail' || kind === 'crash') &&
    ((policy.failOn !== undefined && !policy.failOn.includes(kind)) || count <= (policy.allow[kind] ?? -1));
  return {
    findings: findings.map(finding => (letPass(finding) ? { ...finding, severity: 'warn' } : finding)),
    allowed: findings.filter(letPass).map(({ kind, count }) => ({ kind, count })),
  };
}
