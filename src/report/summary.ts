import type { Measured } from '../not-measured.js';
import { formatDuration, plural } from '../units.js';
import type { Verdict } from '../verdict/judge.js';
import type { WatchFacts } from '../verdict/watched-load.js';
import { type Unit, unitOf } from './counts.js';
import { wordsFor } from './kinds/registry.js';
import type { Report, ReportedCycles } from './report.js';

/** The verdict in one line. */
export function summarize(
  verdict: Verdict,
  cycles: Measured<ReportedCycles>,
  interrupted: boolean,
  watch?: WatchFacts,
): string {
  const made = watch ? madeWhileWatching(watch) : `${cycles.completed} cycles`;
  if (verdict.verdict === 'fail') return `FAIL  ${made}, ${faults(verdict, unitOf({ watch }))}`;
  if (interrupted && watch) return `INTERRUPTED  ${made}, nothing proved`;
  if (interrupted && typeof cycles.forMs === 'number') {
    const [after, of] = [cycles.durationMs, cycles.forMs].map(formatDuration);
    return `INTERRUPTED  ${made} in ${after} of ${of}, nothing proved`;
  }
  if (interrupted) return `INTERRUPTED  ${made} of ${cycles.requested}, nothing proved`;
  const isTooSlow = verdict.notes.some(({ note }) => note === 'too-slow');
  if (verdict.verdict === 'undecided' && isTooSlow) {
    return `UNDECIDED  ${cycles.completed} of ${cycles.requested} cycles in ${formatDuration(cycles.durationMs)}, the server is too slow for all of them`;
  }
  if (verdict.verdict === 'undecided') return `UNDECIDED  ${made}, ${doubts(verdict, cycles)}`;
  if (!verdict.clean && verdict.allowed.length === 0)
    return `PASS  ${made}, the gauges came back, more was not seen`;
  if (!verdict.clean) {
    return `PASS  ${made}, allowed: ${verdict.allowed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
  }
  return proofOf(made);
}

/** Whether a summary that somebody has saved is that of a clean run. */
export function isProof({
  summary,
  cycles,
  serve,
  watch,
}: Pick<Report, 'summary' | 'cycles' | 'serve' | 'watch'>): boolean {
  if (serve) return summary === proofOf(madeByClients(serve.clients));
  if (!watch) return summary === proofOf(`${cycles?.completed} cycles`);
  return summary === proofOf(madeWhileWatching(watch));
}

function madeWhileWatching({ durationMs, accepted }: Pick<WatchFacts, 'durationMs' | 'accepted'>): string {
  return `watched ${formatDuration(durationMs)}, ${plural(accepted, 'connection')}`;
}

function faults({ findings }: Verdict, unit: Unit): string {
  return findings
    .filter(({ severity }) => severity === 'fail')
    .map(found => wordsFor(found).fault(found, unit))
    .join(', ');
}

function doubts({ checks, notes }: Verdict, { accepted, connections }: Measured<ReportedCycles>): string {
  const kinds = checks.filter(({ status }) => status === 'undecided').map(({ kind }) => kind);
  if (kinds.length === 0 && notes.some(({ note }) => note === 'not-handed-over')) {
    return `the server accepted only ${accepted} of ${connections} connections`;
  }
  if (kinds.length === 0 && connections === 0) return 'nobody was seen to connect to the server';
  const unreached = notes.find(note => note.note === 'not-reached');
  const others = kinds.filter(kind => kind !== 'reply' && kind !== 'memory');
  if (unreached && others.length === 0) return 'the route was never reached';
  return kinds.length > 0 ? `not decided: ${kinds.join(', ')}` : 'not everything could be seen';
}

/**
 * The proof, of what was made: "N cycles, 0 leaks" stands here and nowhere else, and only for a finished run that is
 * clean by the default rules. A number of leaks is always written behind a colon: "10 leaks" would contain the proof.
 */
export function proofOf(made: string): string {
  return `PASS  ${made}, 0 leaks`;
}

/** What clients have asked of a server of ours; the line of the verdict has no grouping of digits. */
export function madeByClients(
  clients: ReadonlyArray<{ readonly requests: number; readonly connections: number }>,
): string {
  const sum = (name: 'requests' | 'connections') => clients.reduce((all, client) => all + client[name], 0);
  return `${counted(sum('requests'), 'request')}, ${counted(sum('connections'), 'connection')}`;
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
