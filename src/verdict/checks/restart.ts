import type { Evidence } from '../evidence.js';
import { serverFailures } from '../failures.js';
import type { CheckResult } from '../finding.js';

/**
 * Workers that were replaced during the run. A fault when cycles were cut off, else a warning: some servers retire
 * their workers by design. A child that was busy with somebody else's connection before the run was due to go.
 */
export function checkRestart(evidence: Evidence): CheckResult {
  const workers = evidence.departed.flatMap(({ pid, isRoot, servedOther, replacedBy }) =>
    !isRoot && !servedOther && replacedBy !== undefined ? [{ pid, replacedBy }] : [],
  );
  const { reset = 0, unanswered = 0 } = serverFailures(evidence);
  const cutOff = reset + unanswered;
  const severity = cutOff > 0 ? 'fail' : 'warn';
  return {
    check: {
      kind: 'restart',
      status: workers.length === 0 ? 'pass' : severity,
      before: 0,
      after: workers.length,
      perRound: [],
      bound: undefined,
    },
    findings:
      workers.length === 0
        ? []
        : [
            {
              kind: 'restart',
              severity,
              count: workers.length,
              perCycle: workers.length / Math.max(1, evidence.connections),
              workers,
              cutOff,
            },
          ],
    notes: [],
  };
}
