import { isCrashSignal } from '../departed.js';
import type { Evidence, Watched } from '../evidence.js';
import { serverFailures } from '../failures.js';
import type { CheckResult } from '../finding.js';
import { replacedWorkers } from '../replaced.js';

/**
 * Workers that were replaced during the run. A fault when cycles were cut off, or when the signal of a crash was seen;
 * else a warning: some servers retire their workers by design. A child that was busy with somebody else's connection
 * before the run was due to go.
 */
export function checkRestart(evidence: Evidence): CheckResult {
  const workers = replacedWorkers(evidence).map(({ pid, replacedBy, signal }) => ({
    pid,
    replacedBy,
    signal,
  }));
  const { reset = 0, unanswered = 0 } = serverFailures(evidence);
  const cutOff = Math.max(reset + unanswered, cutOffWatched(evidence.watched));
  const severity = cutOff > 0 || workers.some(({ signal }) => isCrashSignal(signal)) ? 'fail' : 'warn';
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
              watched: evidence.watched?.of ?? 0,
            },
          ],
    notes: [],
  };
}

/** Of a server that ends connections by itself as a matter of course, an end tells nothing of a death. */
function cutOffWatched(watched: Watched | undefined): number {
  if (!watched) return 0;
  const { of, ended, cutOff } = watched;
  return ended - cutOff <= of / 10 ? cutOff : 0;
}
