import { signalName } from '../../exit-words.js';
import type { Evidence } from '../evidence.js';
import { firstFailure } from '../failures.js';
import type { CheckResult, CrashFinding } from '../finding.js';

/** A root of the tree that is gone. A worker that is gone is the matter of `restart`. */
export function checkCrash(evidence: Evidence): CheckResult {
  const gone = evidence.departed.filter(({ isRoot }) => isRoot);
  const connections = gone.length > 0 ? connectionRange(evidence) : undefined;
  const origins = connections?.map(evidence.originOf);
  const last = origins?.[1];
  // The range may begin in the phase before: then it begins with the first cycle of this one.
  const first = origins?.[0]?.phase === last?.phase ? origins?.[0]?.cycle : 1;
  const finding: CrashFinding = {
    kind: 'crash',
    severity: 'fail',
    count: gone.length,
    perCycle: gone.length / Math.max(1, evidence.connections),
    pids: gone.map(({ pid }) => pid),
    endings: gone.flatMap(({ pid, ended, signal }) => {
      if (ended) return [{ pid, ...ended }];
      return signal === undefined ? [] : [{ pid, signal: signalName(signal) }];
    }),
    connections,
    cycles: last && first !== undefined ? [Math.min(first, last.cycle), last.cycle] : undefined,
    phase: last?.phase ?? 'cycles',
  };
  return {
    check: {
      kind: 'crash',
      status: gone.length > 0 ? 'fail' : 'pass',
      before: evidence.before.processes.length,
      after: evidence.after.processes.length,
      perRound: [],
      bound: undefined,
    },
    findings: gone.length > 0 ? [finding] : [],
    notes: [],
  };
}

/**
 * The server lived when the accept queue showed that connection `acceptedAtLeast` had been taken, and was dead when
 * the first one failed. A refused connection came after the death, a reset one may have been its cause.
 */
function connectionRange(evidence: Evidence): [number, number] | undefined {
  const first = firstFailure(evidence);
  if (!first) return undefined;
  const accepted = Math.max(
    evidence.warmup.acceptedAtLeast,
    evidence.cycles.acceptedAtLeast,
    evidence.confirm.acceptedAtLeast,
  );
  const last = first.kind === 'refused' ? first.connection - 1 : first.connection;
  return [Math.max(1, Math.min(accepted, last)), Math.max(1, last)];
}
