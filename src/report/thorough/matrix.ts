import { formatBytes, formatCount } from '../../units.js';
import type { Kind } from '../../verdict/kinds.js';
import type { Inapplicable, SkipReason } from '../../verdict/rows.js';
import { NEARLY_EACH } from '../counts.js';
import { SERVER_WORDS } from '../kinds/registry.js';
import { type Cells, COLUMNS, type Report, type ReportedFinding, type ReportedRun } from '../report.js';
import { rowName } from './routes.js';

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

/** "210, 1 per cycle". */
function kept({ count, perCycle }: ReportedFinding): string {
  const share =
    perCycle > NEARLY_EACH
      ? `${Number(perCycle.toFixed(1))} per cycle`
      : `one in ${formatCount(1 / perCycle)}`;
  return `${formatCount(count)}, ${share}`;
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
  if (status === 'undecided') return 'not decided';
  return bound < 1 ? '0 B/cycle' : `under ${formatBytes(bound)}/cycle`;
}

/** Nothing was found of the server as a whole. */
function serverCell({ checks }: CellSource): string {
  if (isUndecided(checks, 'hang') || isUndecided(checks, 'reply')) return 'not decided';
  const answers = checks.some(({ kind, status }) => kind === 'reply' && status === 'pass');
  return answers ? 'answers' : 'alive';
}

/** The matrix as rows of text; a row without cells has its reason alone. */
export function matrixTable(runs: readonly ReportedRun[]): { head: string[]; rows: string[][] } {
  const { clients, routes } = parted(runs);
  return {
    head: [routes.length > 0 ? 'client or route' : 'client', ...COLUMNS],
    rows: [...clients, ...routes].map(run => [
      rowName(run),
      ...(run.cells ? cellTexts(run.cells) : [run.said ?? '']),
    ]),
  };
}

/** One line of the drawn matrix, and how it is to be painted. */
export interface MatrixLine {
  readonly text: string;
  readonly as: 'head' | 'row' | 'fault';
}

/**
 * The same with its columns one below the other, the routes below the clients. Where that is too wide, columns come closer,
 * and then a long name has a line of its own: it says the same at any width.
 */
export function matrixLines(runs: readonly ReportedRun[], width: number): MatrixLine[] {
  const { clients, routes } = parted(runs);
  const { nameWidth, widths, gap } = layoutOf(runs, width);
  const rowOf = (name: string, cells: readonly string[], as: MatrixLine['as']): MatrixLine[] => {
    const columns = cells.map((cell, at) => cell.padEnd((widths[at] ?? 0) + gap));
    const text = (first: string) => `  ${[first.padEnd(nameWidth + gap), ...columns].join('')}`.trimEnd();
    const texts = name.length > nameWidth ? [`  ${name}`, text('')] : [text(name)];
    return texts.map(text => ({ text, as }));
  };
  const rows = (of: readonly ReportedRun[]) =>
    of.flatMap(run => {
      const cells = run.cells ? cellTexts(run.cells) : [run.said ?? ''];
      return rowOf(rowName(run), cells, cells.some(isFault) ? 'fault' : 'row');
    });
  return [
    ...rowOf('client', COLUMNS, 'head'),
    ...rows(clients),
    ...(routes.length > 0 ? [...rowOf('route', COLUMNS, 'head'), ...rows(routes)] : []),
  ];
}

function parted(runs: readonly ReportedRun[]) {
  return {
    clients: runs.filter(({ route }) => route === undefined),
    routes: runs.filter(({ route }) => route !== undefined),
  };
}

/** A sentence that goes over all columns makes none of them wider. */
function layoutOf(runs: readonly ReportedRun[], width: number) {
  const longest = (texts: readonly string[]) => Math.max(...texts.map(text => text.length));
  const widths = COLUMNS.map(column => longest([column, ...runs.flatMap(run => run.cells?.[column] ?? [])]));
  const names = ['client', ...runs.map(rowName)];
  const whole = (nameWidth: number, gap: number) =>
    2 + widths.reduce((sum, one) => sum + gap + one, nameWidth);
  const gap = whole(longest(names), 2) <= width ? 2 : 1;
  const nameWidth =
    whole(longest(names), gap) <= width
      ? longest(names)
      : longest(['client', ...parted(runs).clients.map(rowName)]);
  return { nameWidth, widths, gap };
}

function cellTexts(cells: Cells): string[] {
  return COLUMNS.map(column => cells[column]);
}

function isFault(cell: string): boolean {
  return cell.startsWith('✖');
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
