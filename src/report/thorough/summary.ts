import { CLIENT_NAMES } from '../../workload/client-names.js';
import { proofOf } from '../proof.js';
import type { Report, ReportedCycles, ReportedRun } from '../report.js';

interface Told extends Pick<Report, 'verdict' | 'clean' | 'interrupted' | 'allowed'> {
  readonly runs: readonly ReportedRun[];
  readonly cycles: ReportedCycles;
}

/** The verdict on all rows in one line; the proof only where every row that applies was made and is clean. */
export function summarizeRows({ verdict, clean, interrupted, allowed, runs, cycles }: Told): string {
  const made = `${cycles.completed} cycles`;
  const named = (status: ReportedRun['status']) =>
    runs.filter(run => run.status === status).map(({ client }) => client);
  if (verdict === 'fail') return `FAIL  ${made}, ${faults(runs)}`;
  if (interrupted) {
    const tried = runs.filter(({ cells }) => cells).length;
    return `INTERRUPTED  ${made}, nothing proved; clients tried: ${tried} of ${CLIENT_NAMES.length}`;
  }
  if (verdict === 'undecided') {
    const parts = [
      ...(named('undecided').length > 0 ? [`not decided: ${named('undecided').join(', ')}`] : []),
      ...(named('not-run').length > 0 ? [`not run: ${named('not-run').join(', ')}`] : []),
    ];
    return `UNDECIDED  ${made}, ${parts.join('; ') || 'the server could not be judged by any client'}`;
  }
  if (!clean)
    return `PASS  ${made}, allowed: ${allowed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
  return proofOf(made);
}

/** "fd with rst, byte-rst; crash with half". */
function faults(runs: readonly ReportedRun[]): string {
  const clients = new Map<string, string[]>();
  for (const { client, findings } of runs) {
    for (const { kind, severity } of findings) {
      if (severity === 'fail') clients.set(kind, [...(clients.get(kind) ?? []), client]);
    }
  }
  return [...clients].map(([kind, names]) => `${kind} with ${names.join(', ')}`).join('; ');
}
