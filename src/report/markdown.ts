import { formatBytes, formatCount, formatDuration, plural } from '../units.js';
import { codeBlock, codeSpan, escapeMarkdown, formatCommand } from './escape.js';
import { gaugeTable } from './gauges.js';
import { askedRows, holdRows } from './load-rows.js';
import type { Report, ReportedCycles, ReportedFinding, ReportedRun } from './report.js';
import { stageTable } from './stages.js';
import { lastOutput, startedRows } from './started/lines.js';
import { matrixTable } from './thorough/matrix.js';
import { watchRows } from './watched.js';
import { placeName, sourceLines, tellingFrame, whereLines } from './where.js';

/** The report for a pull request or the summary of a job. */
export function renderMarkdown(report: Report): string {
  const blocks = [
    `## ${escapeMarkdown(report.summary)}`,
    whoLine(report),
    ...(report.error ? [escapeMarkdown(report.error.hint)] : []),
    ...(report.runs ? matrix(report, report.runs) : measurements(report)),
    ...stagesOf(report),
    ...gaugesOf(report),
    ...list([...askedRows(report), ...holdRows(report), ...startedRows(report)]),
    ...report.findings.map(findingBlock),
    ...outputBlock(report),
    ...(report.notes.length > 0
      ? [report.notes.map(note => `- note: ${escapeMarkdown(note)}`).join('\n')]
      : []),
    `<sub>churn ${report.tool.version}, node ${escapeMarkdown(report.environment.node)}, Linux ${escapeMarkdown(report.environment.kernel)}</sub>`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function whoLine({ target, tool }: Report): string {
  if (!target) return `churn ${codeSpan(formatCommand(tool.command))}`;
  const command = target.command.length > 0 ? ` · ${codeSpan(formatCommand(target.command))}` : '';
  const unseen = target.pids.length === 0 ? ' · not looked into' : '';
  return `churn ${codeSpan(target.address)}${command}${unseen}`;
}

function matrix({ sentence = '' }: Report, runs: readonly ReportedRun[]): string[] {
  const { head, rows } = matrixTable(runs);
  const whole = rows.map(row => head.map((_, at) => row[at] ?? ''));
  return [`**${escapeMarkdown(sentence)}**`, table(head, whole)];
}

function measurements(report: Report): string[] {
  const { cycles, before, after, serve, watch } = report;
  if (serve) return [table(['', ''], serve.rows)];
  if (!cycles) return [];
  const made = watch ? list(watchRows(watch)) : [madeSentence(report, cycles)];
  if (!before || !after) return made;
  const bytes = (value: number | null) => (value === null ? 'unknown' : formatBytes(value));
  const rows = [
    ['fds', before.fds, after.fds],
    ['private memory', bytes(before.anonBytes), bytes(after.anonBytes)],
    ['threads', before.threads, after.threads],
    ['children', before.children, after.children],
    ['zombies', before.zombies, after.zombies],
  ];
  return [
    ...made,
    ['| | before | after |', '| --- | ---: | ---: |', ...rows.map(row => `| ${row.join(' | ')} |`)].join(
      '\n',
    ),
  ];
}

function madeSentence({ before }: Report, cycles: ReportedCycles): string {
  const made = `${cycles.completed} cycles in ${formatDuration(cycles.durationMs)} (${formatCount(cycles.ratePerSecond)}/s), ${plural(cycles.failed, 'error')}, ${cycles.warmup} warm-up`;
  // Whether a server accepts that nobody could look into is not known.
  return before
    ? `${made}, accepted ${formatCount(cycles.accepted)} of ${plural(cycles.connections, 'connection')}.`
    : `${made}.`;
}

function stagesOf({ stages = [], sentence = '' }: Report): string[] {
  if (stages.length === 0) return [];
  const { head, rows } = stageTable(stages);
  return [`**${escapeMarkdown(sentence)}**`, table(head, rows)];
}

function gaugesOf(report: Report): string[] {
  const gauges = gaugeTable(report);
  return gauges ? [table(gauges.head, gauges.rows)] : [];
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}

function list(rows: ReadonlyArray<readonly [name: string, text: string]>): string[] {
  return rows.length === 0
    ? []
    : [rows.map(([name, text]) => `- ${name}: ${escapeMarkdown(text)}`).join('\n')];
}

/** The end of what a server wrote that was started for it, where something went wrong. */
function outputBlock(report: Report): string[] {
  const output = lastOutput(report);
  if (!output) return [];
  const { caption, lines } = output;
  return lines.length === 0
    ? [`${escapeMarkdown(caption)}.`]
    : [`${escapeMarkdown(caption)}:\n\n${codeBlock(lines)}`];
}

function findingBlock(finding: ReportedFinding): string {
  const { kind, severity, title, evidence, cause, advice, next } = finding;
  const mark = severity === 'fail' ? '❌' : '⚠️';
  const said = evidence.some(line => line.includes(cause)) ? evidence : [...evidence, cause];
  return [
    `### ${mark} ${kind}: ${escapeMarkdown(title)}`,
    '',
    ...[...said, ...whereLines(finding), advice].map(line => `- ${escapeMarkdown(line)}`),
    `- next: ${codeSpan(next)}`,
    ...sourceBlocks(finding),
  ].join('\n');
}

/** The lines of source of each place, where they could be read. */
function sourceBlocks({ where = [] }: ReportedFinding): string[] {
  return where.flatMap(place => {
    const frame = tellingFrame(place);
    return frame && frame.source.length > 0
      ? ['', `${escapeMarkdown(placeName(frame))}:`, '', codeBlock(sourceLines(frame))]
      : [];
  });
}
