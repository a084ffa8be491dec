import { Chalk, type ChalkInstance } from 'chalk';
import { formatBytes, formatCount, formatDuration, plural } from '../units.js';
import { unitOf } from './counts.js';
import { formatCommand } from './escape.js';
import { gaugeRows } from './gauges.js';
import { limitText, loadRows } from './load-rows.js';
import { plotLines } from './plot.js';
import type { Report, ReportedCycles, ReportedFinding } from './report.js';
import { stageRows } from './stages.js';
import { outputLines, startedRows } from './started/lines.js';
import { alignedLines, matrixLines } from './thorough/matrix.js';
import { watchRows } from './watched.js';
import { placeSentences, sourceLines, tellingFrame } from './where.js';
import { wrap } from './wrap.js';

/** How a text report is drawn; all of it is told, nothing is looked up. */
export interface TextStyle {
  readonly colorLevel: 0 | 1 | 2 | 3;
  readonly columns: number;
}

/** The report for a person: one screen that can be pasted. */
export function renderText(report: Report, style: TextStyle): string {
  const chalk = new Chalk({ level: style.colorLevel });
  if (report.error) return errorText(report.error, chalk);
  const lines = [
    ...wrap(heading(report, chalk), style.columns, 2),
    '',
    ...(report.runs
      ? thoroughLines(report, style.columns, chalk)
      : measurements(report, chalk).flatMap(line => wrap(line, style.columns, 13))),
    ...stageLines(report, chalk).flatMap(line => wrap(line, style.columns, 15)),
    '',
    verdictLine(report, chalk),
    ...limitLines(report, style.columns, chalk),
    ...report.findings.flatMap(finding => ['', ...findingLines(finding, style.columns, chalk)]),
    ...plotLines(report).map((line, index) => `${index === 0 ? '\n' : ''}${chalk.dim(line)}`),
    ...outputLines(report).flatMap(line => wrap(line, style.columns, 4)),
    ...(report.notes.length > 0 ? [''] : []),
    ...report.notes.flatMap(note => wrap(`  ${chalk.dim('note')}  ${note}`, style.columns, 8)),
  ];
  return `${lines.join('\n')}\n`;
}

function heading({ target, verdict }: Report, chalk: ChalkInstance): string {
  if (!target) return `churn  ·  ${verdict}`;
  const some = `pid ${target.pids.slice(0, 4).join(', ')}${target.pids.length > 4 ? ' …' : ''}`;
  const pids = target.pids.length === 0 ? 'not looked into' : some;
  const command = shortCommand(target.command);
  return [`${chalk.bold('churn')} ${target.address}`, ...(command ? [command] : []), pids].join('  ·  ');
}

function shortCommand(command: readonly string[]): string {
  const text = formatCommand(command);
  const characters = [...text];
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : text;
}

function measurements(report: Report, chalk: ChalkInstance): string[] {
  const { cycles, before, after, serve } = report;
  if (serve) return serve.rows.map(([name, text]) => `  ${chalk.dim(name.padEnd(11))}${text}`);
  const row = (name: string, text: string) => `  ${chalk.dim(name.padEnd(11))}${text}`;
  if (!cycles) return [];
  if (!before || !after) {
    const rows = [...madeRows(report, cycles).filter(([name]) => name !== 'accepted')];
    return [
      ...rows.map(([name, text]) => row(name, text)),
      ...gaugeRows(report).map(text => row('gauge', text)),
    ];
  }
  const bytes = (value: number | null) => (value === null ? 'unknown' : formatBytes(value));
  const arrow = (from: number, to: number) => `${from} → ${to}`;
  return [
    ...(report.watch
      ? watchRows(report.watch).map(([name, text]) => row(name, text))
      : madeRows(report, cycles).map(([name, text]) => row(name, text))),
    row('fds', arrow(before.fds, after.fds)),
    row('memory', `${bytes(before.anonBytes)} → ${bytes(after.anonBytes)}   ${memoryText(report)}`),
    row(
      'threads',
      `${arrow(before.threads, after.threads)}      children  ${arrow(before.children, after.children)}      zombies  ${after.zombies}`,
    ),
    ...gaugeRows(report).map(text => row('gauge', text)),
    row('server', serverText(report, cycles)),
    ...startedRows(report).map(([name, text]) => row(name, text)),
  ];
}

/** What was done by this tool itself. */
function madeRows(report: Report, cycles: ReportedCycles): [name: string, text: string][] {
  return [
    ['cycles', cycleText(cycles)],
    ...clientRows(report).map((text): [string, string] => ['clients', text]),
    ...loadRows(report),
    ['accepted', `${formatCount(cycles.accepted)} of ${plural(cycles.connections, 'connection')}`],
  ];
}

/** The sentence that matters, the matrix, and what it took. */
function thoroughLines(report: Report, columns: number, chalk: ChalkInstance): string[] {
  const { runs = [], sentence = '', cycles, timings } = report;
  const paint = { head: chalk.dim, row: (text: string) => text, fault: chalk.red };
  const row = (name: string, text: string) =>
    wrap(`  ${chalk.dim(name.padEnd(NAME_WIDTH))}${text}`, columns, NAME_WIDTH + 2);
  return [
    ...wrap(`  ${chalk.bold(sentence)}`, columns, 2),
    '',
    ...matrixLines(runs, columns).flatMap(({ text, as }) =>
      wrap(text, columns, NAME_WIDTH + 2).map(line => paint[as](line)),
    ),
    ...(cycles
      ? ['', ...row('cycles', `${cycleText(cycles)}, ${formatDuration(timings['wholeMs'] ?? 0)} in all`)]
      : []),
    ...startedRows(report).flatMap(([name, text]) => row(name, text)),
  ];
}

const NAME_WIDTH = 13;

/** The phases of a load that was watched, each in a line. */
function stageLines({ stages = [] }: Report, chalk: ChalkInstance): string[] {
  if (stages.length === 0) return [];
  const [first = '', ...lines] = alignedLines(stageRows(stages));
  return ['', chalk.dim(first), ...lines.map(line => (line.includes('✖') ? chalk.red(line) : line))];
}

/** Plain `fin` is what everybody knows; anything else is said. */
function clientRows({ cycles, seed }: Report): string[] {
  const clients = cycles?.clients ?? [];
  if (clients.length > 1) return [`${clients.join(', ')}   in random order, --seed ${seed}`];
  return clients.filter(client => client !== 'fin');
}

function cycleText(cycles: ReportedCycles): string {
  const short = cycles.completed < cycles.requested ? ` of ${cycles.requested}` : '';
  const rate = `${formatCount(cycles.ratePerSecond)}/s`;
  const extra = cycles.confirmation > 0 ? `, ${formatCount(cycles.confirmation)} to confirm` : '';
  const { durationMs, forMs } = cycles;
  const of = typeof forMs === 'number' && durationMs < forMs / 2 ? ` of ${formatDuration(forMs)}` : '';
  const by = cycles.workers === undefined ? '' : `${cycles.workers} workers, `;
  return `${cycles.completed}${short} cycles in ${formatDuration(durationMs)}${of} (${rate}), ${by}${plural(cycles.failed, 'error')}, ${cycles.warmup} warm-up${extra}`;
}

/** The growth per cycle, or connection, when it was found, else the bound under which it lies. */
function memoryText(report: Report): string {
  const { findings, checks } = report;
  const { checker } = report.target ?? {};
  const unit = unitOf(report);
  if (checker)
    return `not judged: ${checker === 'valgrind' ? 'valgrind' : `a ${checker}`} keeps what was freed`;
  const found = findings.find(({ kind }) => kind === 'memory');
  if (found) return `${formatCount(found.perCycle)} B/${unit}`;
  const check = checks.find(({ kind }) => kind === 'memory');
  if (check?.status === 'not-measured' && findings.length > 0) return 'not judged beside what leaks';
  if (check?.status === 'undecided' && check.bound === null) return 'not decided';
  if (!check || check.bound === null) return 'too few rounds for a trend';
  if (check.status === 'undecided') return `not decided, under ${formatBytes(check.bound)}/${unit}`;
  return check.bound < 1 ? `0 B/${unit}` : `no trend, under ${formatBytes(check.bound)}/${unit}`;
}

function serverText({ target, findings }: Report, cycles: ReportedCycles): string {
  const has = (kind: string) => findings.some(finding => finding.kind === kind);
  const crash = findings.find(({ kind }) => kind === 'crash');
  const isLost = crash?.facts['lost'] !== undefined;
  const life = crash && !isLost ? 'died' : target?.alive === false ? 'gone' : 'alive';
  const workers = isLost
    ? 'processes lost'
    : has('restart')
      ? 'workers replaced'
      : target?.executed
        ? 'same pid, program executed anew'
        : 'same process';
  const queue = cycles.acceptQueue === 0 ? 'accept queue drained' : `accept queue ${cycles.acceptQueue}`;
  return crash && !isLost ? life : `${life}, ${workers}, ${queue}`;
}

function verdictLine({ verdict, summary }: Report, chalk: ChalkInstance): string {
  const paint = {
    pass: chalk.green.bold,
    fail: chalk.red.bold,
    undecided: chalk.yellow.bold,
    error: chalk.red.bold,
  };
  return paint[verdict](summary);
}

function limitLines(report: Report, columns: number, chalk: ChalkInstance): string[] {
  const text = limitText(report);
  return text === undefined ? [] : wrap(`      ${text}`, columns, 6).map(line => chalk.dim(line));
}

function findingLines(finding: ReportedFinding, columns: number, chalk: ChalkInstance): string[] {
  const mark = finding.severity === 'fail' ? chalk.red('✖') : chalk.yellow('!');
  const indent = 6 + finding.kind.length + 1;
  const body = (text: string) => wrap(`${' '.repeat(indent)}${text}`, columns, indent);
  const causes = finding.evidence.some(line => line.includes(finding.cause)) ? [] : [finding.cause];
  return [
    ...wrap(`  ${mark} ${chalk.bold(finding.kind)}   ${finding.title}`, columns, indent),
    ...finding.evidence.flatMap(body),
    ...whereText(finding, columns, indent, chalk),
    ...causes.flatMap(body),
    ...body(finding.advice),
    `${' '.repeat(indent)}next: ${finding.next}`,
  ];
}

/** Where in the code, with the lines of source of the first place. */
function whereText(
  finding: ReportedFinding,
  columns: number,
  indent: number,
  chalk: ChalkInstance,
): string[] {
  const room = ' '.repeat(indent);
  const { kind, where = [], whereRemarks = [] } = finding;
  const blocks = where.map(place => {
    const frame = tellingFrame(place);
    return { said: placeSentences(kind, place), source: frame ? sourceLines(frame) : [] };
  });
  const said = [...blocks, { said: whereRemarks, source: [] }];
  return said
    .flatMap(({ said: sentences, source }) => [
      ...sentences.flatMap(line => wrap(`${room}${WHERE}${line}`, columns, indent + WHERE.length)),
      ...source.map(line => chalk.dim(`${room}${WHERE}${line}`)),
    ])
    .map((line, index) =>
      index === 0 ? line.replace(`${room}${WHERE}`, `${room}${chalk.bold('where')}  `) : line,
    );
}

const WHERE = ' '.repeat('where  '.length);

function errorText(error: NonNullable<Report['error']>, chalk: ChalkInstance): string {
  const said = (error.output ?? []).map(line => `  | ${line}\n`).join('');
  return `${chalk.red('churn:')} ${error.sentence}\n${chalk.dim('hint:')} ${error.hint}\n${said}`;
}
