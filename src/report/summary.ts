import type { Verdict } from '../verdict/judge.js';
import type { ReportedCycles } from './report.js';

/**
 * The verdict in one line. The proof "N cycles, 0 leaks" stands here and nowhere else, and only for a finished run
 * that is clean by the default rules. A number of leaks is always written behind a colon: "10 leaks" would contain
 * the proof of a clean run.
 */
export function summarize(verdict: Verdict, cycles: ReportedCycles, interrupted: boolean): string {
  const made = `${cycles.completed} cycles`;
  if (verdict.verdict === 'fail') return `FAIL  ${made}, ${faults(verdict)}`;
  if (interrupted) return `INTERRUPTED  ${made} of ${cycles.requested}, nothing proved`;
  if (verdict.verdict === 'undecided') return `UNDECIDED  ${made}, ${doubts(verdict, cycles)}`;
  if (!verdict.clean) {
    return `PASS  ${made}, allowed: ${verdict.allowed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
  }
  return `PASS  ${made}, 0 leaks`;
}

function faults({ findings }: Verdict): string {
  return findings
    .filter(({ severity }) => severity === 'fail')
    .map(({ kind, count, perCycle }) => FAULTS[kind](count, perCycle))
    .join(', ');
}

function doubts({ checks, notes }: Verdict, { accepted, connections }: ReportedCycles): string {
  const kinds = checks.filter(({ status }) => status === 'undecided').map(({ kind }) => kind);
  if (kinds.length === 0 && notes.some(({ note }) => note === 'not-handed-over')) {
    return `the server accepted only ${accepted} of ${connections} connections`;
  }
  return kinds.length > 0 ? `not decided: ${kinds.join(', ')}` : 'not everything could be seen';
}

const FAULTS: Readonly<
  Record<Verdict['findings'][number]['kind'], (count: number, perCycle: number) => string>
> = {
  fd: count => `leaked file descriptors: ${count}`,
  memory: (_, perCycle) => `leaked memory: ${perCycle} B/cycle`,
  mapping: count => `leaked mappings: ${count}`,
  thread: count => `leaked threads: ${count}`,
  child: count => `leaked child processes: ${count}`,
  zombie: count => `leaked zombies: ${count}`,
  crash: () => 'the server died',
  restart: count => `workers died: ${count}`,
  hang: () => 'the server hangs',
  refused: count => `failed connections: ${count}`,
  reply: count => `missing answers: ${count}`,
  gauge: count => `kept by a gauge: ${count}`,
};
