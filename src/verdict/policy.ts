import type { AnyKind, Kind, Severity } from './kinds.js';

/** Which findings a user wants to be failed by. The default fails on all of them. */
export interface Policy<K extends AnyKind = Kind> {
  readonly strict: boolean;
  /** Kinds that fail; undefined is all of them. */
  readonly failOn: readonly K[] | undefined;
  /** Most of a kind that is let pass. */
  readonly allow: Readonly<Partial<Record<K, number>>>;
}

interface Policed<K> {
  readonly kind: K;
  readonly severity: Severity;
  readonly count: number;
}

export interface PolicyOutcome<F extends Policed<AnyKind>> {
  readonly findings: readonly F[];
  readonly allowed: ReadonlyArray<{ readonly kind: F['kind']; readonly count: number }>;
}

/**
 * What is let pass, of a server or of a client, stays in the report as a warning and is listed: the cleanliness of a run is
 * that of the default rules.
 */
export function applyPolicy<F extends Policed<AnyKind>>(
  findings: readonly F[],
  { failOn, allow }: Policy<F['kind']>,
): PolicyOutcome<F> {
  const letPass = ({ kind, severity, count }: F) =>
    (severity === 'fail' || kind === 'crash') &&
    ((failOn !== undefined && !failOn.includes(kind)) || count <= (allow[kind as F['kind']] ?? -1));
  return {
    findings: findings.map(finding => (letPass(finding) ? { ...finding, severity: 'warn' } : finding)),
    allowed: findings.filter(letPass).map(({ kind, count }) => ({ kind, count })),
  };
}
