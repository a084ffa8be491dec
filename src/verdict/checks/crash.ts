import { signalName } from '../../exit-words.js';
import type { Departed, Evidence } from '../evidence.js';
import { firstFailure, serverFailures } from '../failures.js';
import type { CheckResult, CrashFinding } from '../finding.js';
import { cutOffWatched, lostProcesses, whyItShrinks } from '../lost.js';
import { hasCrashed, replacedWorkers } from '../processes.js';

/**
 * A root of the tree that is gone, or another process that is gone for good: a fault where it crashed or took
 * connections with it, else a doubt, because it may have ended by design. One that was replaced is the matter of `restart`.
 */
export function checkCrash(evidence: Evidence): CheckResult {
  const root = checkRoots(evidence);
  // Whoever is below a dead root dies with it.
  if (root.findings.length > 0) return root;
  const { faulty, unexplained, byDesign, cutOff } = lostProcesses(evidence);
  const status = faulty.length > 0 ? 'fail' : unexplained.length > 0 ? 'undecided' : 'pass';
  const [retired] = byDesign;
  const what = retired && whyItShrinks(evidence.program, retired);
  return {
    check: { ...root.check, status },
    findings: [
      ...(faulty.length > 0 ? [lostFinding('fail', faulty, cutOff, evidence)] : []),
      ...(unexplained.length > 0 ? [lostFinding('warn', unexplained, 0, evidence)] : []),
    ],
    notes:
      what === undefined
        ? []
        : [{ note: 'retired', pids: byDesign.map(({ pid }) => pid), program: evidence.program ?? '', what }],
  };
}

function lostFinding(
  severity: CrashFinding['severity'],
  processes: readonly Departed[],
  cutOff: number,
  { connections }: Evidence,
): CrashFinding {
  return {
    kind: 'crash',
    severity,
    count: processes.length,
    perCycle: processes.length / Math.max(1, connections),
    pids: processes.map(({ pid }) => pid),
    endings: endingsOf(processes),
    ...{ connections: undefined, cycles: undefined, phase: 'cycles' },
    lost: {
      cutOff,
      processes: processes.map(({ pid, comm, title = '', logged }) => ({
        ...{ pid, title: title === '' ? comm : title },
        ...(logged ? { said: logged.said } : {}),
      })),
    },
  };
}

function endingsOf(processes: readonly Departed[]): NonNullable<CrashFinding['endings']> {
  return processes.flatMap(({ pid, ended, signal, logged }) => {
    if (ended) return [{ pid, ...ended }];
    if (signal !== undefined) return [{ pid, signal: signalName(signal) }];
    return logged === undefined ? [] : [{ pid, signal: logged.signal }];
  });
}

function checkRoots(evidence: Evidence): CheckResult {
  const gone = evidence.departed.filter(({ isRoot }) => isRoot);
  const connections = gone.length > 0 ? connectionRange(evidence) : undefined;
  const { own } = evidence;
  const origins = own && connections?.map(own.originOf);
  const last = origins?.[1];
  // The range may begin in the phase before: then it begins with the first cycle of this one.
  const first = origins?.[0]?.phase === last?.phase ? origins?.[0]?.cycle : 1;
  const finding: CrashFinding = {
    kind: 'crash',
    severity: 'fail',
    count: gone.length,
    perCycle: gone.length / Math.max(1, evidence.connections),
    pids: gone.map(({ pid }) => pid),
    endings: endingsOf(gone),
    connections,
    cycles: last && first !== undefined ? [Math.min(first, last.cycle), last.cycle] : undefined,
    phase: last?.phase ?? 'cycles',
    ...nearLimit(evidence, connections),
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

/** Entries of clients that have gone are counted by poll() too. */
function nearLimit(
  { fdLimit, warmupConnections }: Evidence,
  connections: [number, number] | undefined,
): Pick<CrashFinding, 'nearLimit'> {
  if (fdLimit === undefined || !connections) return {};
  const [from, to] = connections;
  const isNear = to >= fdLimit - LIMIT_SLACK && from <= fdLimit + LIMIT_SLACK + warmupConnections;
  return isNear ? { nearLimit: fdLimit } : {};
}

const LIMIT_SLACK = 16;

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

/**
 * Workers that were replaced during the run. A fault when cycles were cut off, or when the signal of a crash was seen or logged;
 * else a warning: some servers retire their workers by design. A child that was busy with somebody else's connection
 * before the run was due to go.
 */
export function checkRestart(evidence: Evidence): CheckResult {
  const replaced = replacedWorkers(evidence);
  const workers = replaced.map(({ pid, replacedBy, signal, logged }) => ({
    ...{ pid, replacedBy, signal },
    ...(logged ? { logged: { signal: logged.signal, said: logged.said } } : {}),
  }));
  const { reset = 0, unanswered = 0 } = serverFailures(evidence);
  const cutOff = Math.max(reset + unanswered, cutOffWatched(evidence.own?.watched));
  const severity = cutOff > 0 || replaced.some(hasCrashed) ? 'fail' : 'warn';
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
              watched: evidence.own?.watched?.of ?? 0,
            },
          ],
    notes: [],
  };
}
