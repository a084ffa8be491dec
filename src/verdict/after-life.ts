import type { SanitizerFinding } from './finding.js';
import type { Life } from './life.js';
import { applyPolicy, type Policy, type PolicyOutcome } from './policy.js';

/** What the life of a server that was started says beside the cycles, made up to `connections` in number. */
export function judgeLife({ sanitizers }: Life, connections: number, policy: Policy): PolicyOutcome {
  if (sanitizers.length === 0) return { findings: [], allowed: [] };
  const finding: SanitizerFinding = {
    kind: 'sanitizer',
    severity: 'fail',
    count: sanitizers.length,
    perCycle: sanitizers.length / Math.max(1, connections),
    reports: sanitizers,
  };
  return applyPolicy([finding], policy);
}
