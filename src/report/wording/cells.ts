import { formatBytes, formatCount } from '../../units.js';
import type { Kind } from '../../verdict/finding.js';
import type { Inapplicable, SkipReason } from '../../verdict/rows.js';
import type { Cells, Report, ReportedFinding } from '../report.js';

type CellSource = Pick<Report, 'checks' | 'findings' | 'before' | 'after'>;

/** The cells of one row: what was found, or the figures that show that nothing was. */
export function cellsOf(told: CellSource): Cells {
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

function serverCell(told: CellSource): string {
  const restarted = ({ count }: ReportedFinding) => `workers replaced: ${formatCount(count)}`;
  return (
    marked(told, 'crash', ({ count, facts }) =>
      facts['lost'] === undefined ? 'died' : `processes lost: ${formatCount(count)}`,
    ) ??
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

function memoryCell({ checks, findings }: CellSource): string {
  const { status = 'not-measured', bound = null } = checks.find(({ kind }) => kind === 'memory') ?? {};
  if (bound === null || (status === 'not-measured' && findings.length > 0)) return 'not judged';
  const under = bound < 1 ? '0 B/cycle' : `under ${formatBytes(bound)}/cycle`;
  return status === 'undecided' ? `not decided, ${under}` : under;
}

function marked(
  { findings }: CellSource,
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

function doubt({ checks, findings }: CellSource, kind: Kind): string {
  // What a dead server leaves behind says nothing more.
  if (findings.some(({ kind, facts }) => kind === 'crash' && facts['lost'] === undefined)) return '';
  return checks.some(check => check.kind === kind && check.status === 'undecided') ? 'not decided, ' : '';
}

function arrow({ before, after }: CellSource, what: 'fds' | 'threads' | 'children'): string {
  return before && after ? `${before[what]} → ${after[what]}` : 'not judged';
}

/** Why a client behaviour has no verdict. Total. */
export const REASONS: Readonly<Record<Inapplicable | SkipReason, string>> = {
  unanswered: 'not applicable: the server does not answer the request (name one with --send or --protocol)',
  'no-tls': 'not applicable: no TLS handshake succeeded',
  untrusted:
    'not applicable: the certificate is not trusted (name one with --ca, or trust any with --insecure)',
  'not-handed-over':
    'not applicable: such connections end before the server can accept them (TCP_DEFER_ACCEPT)',
  'server-gone': 'not run: the server is gone',
  'server-hangs': 'not run: the server hangs',
  interrupted: 'not run: interrupted',
  'time-is-up': 'not run: the time was up (--budget)',
  'few-descriptors': 'not run: the server has hardly any descriptors left',
  'own-limit': 'not run: this machine has run out of local ports or descriptors of its own',
};
