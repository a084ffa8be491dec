import type { Evidence } from '../evidence.js';
import { attempts, firstFailure, serverFailures, turnedDown } from '../failures.js';
import type { CheckResult } from '../finding.js';

/** Cycles that failed although the server is there. Under one in a hundred is a warning. */
export function checkRefused(evidence: Evidence): CheckResult {
  const failures = serverFailures(evidence);
  const hangs = [evidence.warmup, evidence.cycles, evidence.confirm].some(
    ({ stopped }) => stopped === 'accept-stalled' || stopped === 'deadlines',
  );
  const counted = Object.entries({ ...failures, reset: (failures.reset ?? 0) - turnedDown(evidence) }).filter(
    ([kind, failed]) =>
      failed > 0 && !(hangs && kind === 'timeout') && kind !== 'unanswered' && kind !== 'unexpected',
  );
  const gone = evidence.departed.some(({ isRoot }) => isRoot);
  const count = gone ? 0 : counted.reduce((sum, [, failed]) => sum + failed, 0);
  const of = attempts(evidence);
  const severity = count >= of / 100 ? 'fail' : 'warn';
  const first = firstFailure(evidence, kind => kind !== 'unanswered' && kind !== 'unexpected');
  const origin = first ? evidence.originOf(first.connection) : undefined;
  return {
    check: {
      kind: 'refused',
      status: count === 0 ? 'pass' : severity,
      before: 0,
      after: count,
      perRound: [],
      bound: undefined,
    },
    findings:
      count === 0
        ? []
        : [
            {
              kind: 'refused',
              severity,
              count,
              perCycle: count / Math.max(1, of),
              of,
              failures: Object.fromEntries(counted),
              firstCycle: origin?.cycle ?? 1,
              phase: origin?.phase ?? 'cycles',
              listenerGone: evidence.listenerGone,
            },
          ],
    notes: [],
  };
}
