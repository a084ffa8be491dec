import { formatBytes, formatCount } from '../../units.js';
import type { Kind } from '../../verdict/finding.js';
import type { Cells, Report, ReportedFinding } from '../report.js';

type Told = Pick<Report, 'checks' | 'findings' | 'before' | 'after'>;

/** The cells of one row: what was found, or the figures that show that nothing was. */
export function cellsOf(told: Told): Cells {
  return {
    fd: marked(told, 'fd', kept) ?? `${doubt(told, 'fd')}${arrow(told, 'fds')}`,
    memory:
      marked(told, 'memory', ({ perCycle }) => `grows ${formatCount(perCycle)} B/cycle`) ??
      marked(told, 'mapping', ({ count }) => `mappings: +${formatCount(count)}`) ??
      memoryCell(told),
    threads: marked(told, 'thread', kept) ?? `${doubt(told, 'thread')}${arrow(told, 'threads')}`,
    children:
      marked(told, 'child', kept) ??
      marked(told, 'zombie', ({ count }) => `zombies: ${formatCount(count)}`) ??
      `${doubt(told, 'child') || doubt(told, 'zombie')}${arrow(told, 'children')}`,
    server: serverCell(told),
  };
}

function serverCell(told: Told): string {
  const restarted = ({ count }: ReportedFinding) => `workers replaced: ${formatCount(count)}`;
  return (
    marked(told, 'crash', () => 'died') ??
    marked(told, 'hang', () => 'hangs') ??
    marked(told, 'refused', ({ count }) => `failed: ${formatCount(count)}`) ??
    marked(told, 'reply', ({ count }) => `unanswered: ${formatCount(count)}`) ??
    marked(told, 'restart', restarted) ??
    (doubt(told, 'hang') || doubt(told, 'reply')
      ? 'not decided'
      : told.checks.some(({ kind, status }) => kind === 'reply' && status === 'pass')
        ? 'alive, answers'
        : 'alive')
  );
}

function memoryCell({ checks, findings }: Told): string {
  const { status = 'not-measured', bound = null } = checks.find(({ kind }) => kind === 'memory') ?? {};
  if (bound === null || (status === 'not-measured' && findings.length > 0)) return 'not judged';
  const under = bound < 1 ? '0 B/cycle' : `under ${formatBytes(bound)}/cycle`;
  return status === 'undecided' ? `not decided, ${under}` : under;
}

function marked(
  { findings }: Told,
  kind: Kind,
  say: (finding: ReportedFinding) => string,
): string | undefined {
  const found = findings.find(finding => finding.kind === kind);
  return found && `${found.severity === 'fail' ? '✖' : '!'} ${say(found)}`;
}

/** "kept 210, one per cycle". */
function kept({ count, perCycle }: ReportedFinding): string {
  const share =
    perCycle > 2 / 3 ? `${Number(perCycle.toFixed(1))} per cycle` : `one in ${formatCount(1 / perCycle)}`;
  return `kept ${formatCount(count)}, ${share}`;
}

function doubt({ checks, findings }: Told, kind: Kind): string {
  // What a dead server leaves behind says nothing more.
  if (findings.some(found => found.kind === 'crash')) return '';
  return checks.some(check => check.kind === kind && check.status === 'undecided') ? 'not decided, ' : '';
}

function arrow({ before, after }: Told, what: 'fds' | 'threads' | 'children'): string {
  return before && after ? `${before[what]} → ${after[what]}` : 'not judged';
}
