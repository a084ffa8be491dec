import { formatBytes, formatCount } from '../../units.js';
import type { Kind } from '../../verdict/kinds.js';
import type { Inapplicable, SkipReason } from '../../verdict/rows.js';
import { NEARLY_EACH } from '../counts.js';
import { SERVER_WORDS } from '../kinds/registry.js';
import { type Cells, COLUMNS, type Report, type ReportedFinding, type ReportedRun } from '../report.js';

type CellSource = Pick<Report, 'checks' | 'findings' | 'before' | 'after'>;

/** The cells of one row: what was found, or the figures that show that nothing was. */
export function cellsOf(told: CellSource): Cells {
  return {
    fd: found(told, 'fd') ?? `${doubt(told, 'fd')}${arrow(told, 'fds')}`,
    memory: found(told, 'memory', 'mapping') ?? memoryCell(told),
    threads: found(told, 'thread') ?? `${doubt(told, 'thread')}${arrow(told, 'threads')}`,
    children: found(told, 'child', 'zombie') ?? `${doubt(told, 'child', 'zombie')}${arrow(told, 'children')}`,
    server: found(told, 'crash', 'hang', 'refused', 'reply', 'restart') ?? serverCell(told),
  };
}

/** What was found of the first of these kinds of which there is anything, in the words of that kind. */
function found({ findings }: CellSource, ...kinds: readonly Kind[]): string | undefined {
  const [first] = kinds.flatMap(kind => {
    const finding = findings.find(finding => finding.kind === kind);
    return finding
      ? [`${finding.severity === 'fail' ? '✖' : '!'} ${(SERVER_WORDS[kind].cell ?? kept)(finding)}`]
      : [];
  });
  return first;
}

/** "kept 210, one per cycle". */
function kept({ count, perCycle }: ReportedFinding): string {
  const share =
    perCycle > NEARLY_EACH
      ? `${Number(perCycle.toFixed(1))} per cycle`
      : `one in ${formatCount(1 / perCycle)}`;
  return `kept ${formatCount(count)}, ${share}`;
}

function doubt({ checks, findings }: CellSource, ...kinds: readonly Kind[]): string {
  // What a dead server leaves behind says nothing more.
  if (findings.some(({ kind, facts }) => kind === 'crash' && facts['lost'] === undefined)) return '';
  return kinds.some(kind => isUndecided(checks, kind)) ? 'not decided, ' : '';
}

function isUndecided(checks: CellSource['checks'], kind: Kind): boolean {
  return checks.some(check => check.kind === kind && check.status === 'undecided');
}

function arrow({ before, after }: CellSource, what: 'fds' | 'threads' | 'children'): string {
  return before && after ? `${before[what]} → ${after[what]}` : 'not judged';
}

function memoryCell({ checks, findings }: CellSource): string {
  const { status = 'not-measured', bound = null } = checks.find(({ kind }) => kind === 'memory') ?? {};
  if (bound === null || (status === 'not-measured' && findings.length > 0)) return 'not judged';
  const under = bound < 1 ? '0 B/cycle' : `under ${formatBytes(bound)}/cycle`;
  return status === 'undecided' ? `not decided, ${under}` : under;
}

/** Nothing was found of the server as a whole. */
function serverCell({ checks }: CellSource): string {
  if (isUndecided(checks, 'hang') || isUndecided(checks, 'reply')) return 'not decided';
  const answers = checks.some(({ kind, status }) => kind === 'reply' && status === 'pass');
  return answers ? 'alive, answers' : 'alive';
}

/** The matrix as rows of text; the reason of a row without cells stands in its first cell. */
export function matrixTable(runs: readonly ReportedRun[]): { head: string[]; rows: string[][] } {
  return {
    head: ['client', ...COLUMNS],
    rows: runs.map(({ client, cells, said }) => [
      client,
      ...(cells ? COLUMNS.map(column => cells[column]) : [said ?? '', ...COLUMNS.slice(1).map(() => '–')]),
    ]),
  };
}

/** The same with its columns one below the other. */
export function matrixLines(runs: readonly ReportedRun[]): string[] {
  return alignedLines([
    ['client', ...COLUMNS],
    ...runs.map(({ client, cells, said }) =>
      cells ? [client, ...COLUMNS.map(column => cells[column])] : [client, said ?? ''],
    ),
  ]);
}

/** Rows with their cells one below the other. */
export function alignedLines(rows: ReadonlyArray<readonly string[]>): string[] {
  // A sentence that goes over all columns makes none of them wider.
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map(row => (row.length > 2 || column === 0 ? (row[column]?.length ?? 0) : 0))),
  );
  const padded = (row: readonly string[]) =>
    row.map((cell, column) =>
      row.length > 2 || column === 0 ? cell.padEnd((widths[column] ?? 0) + 2) : cell,
    );
  return rows.map(row => `  ${padded(row).join('')}`.trimEnd());
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
