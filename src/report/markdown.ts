import { formatBytes, formatCount, formatDuration, plural } from '../units.js';
import { formatCommand } from './escape.js';
import { codeSpan, escapeMarkdown } from './escape-markdown.js';
import type { Report, ReportedFinding, ReportedRun } from './report.js';
import { startedRows } from './started/lines.js';
import { matrixTable } from './thorough/matrix.js';

/** The report for a pull request or the summary of a job. */
export function renderMarkdown(report: Report): string {
  const blocks = [
    `## ${escapeMarkdown(report.summary)}`,
    report.target
      ? `churn ${codeSpan(report.target.address)} · ${codeSpan(formatCommand(report.target.command))}`
      : `churn ${codeSpan(formatCommand(report.tool.command))}`,
    ...(report.error ? [escapeMarkdown(report.error.hint)] : []),
    ...(report.runs ? [...matrix(report, report.runs), ...lifeList(report)] : measurements(report)),
    ...report.findings.map(findingBlock),
    ...(report.notes.length > 0
      ? [report.notes.map(note => `- note: ${escapeMarkdown(note)}`).join('\n')]
      : []),
    `<sub>churn ${report.tool.version}, node ${escapeMarkdown(report.environment.node)}, Linux ${escapeMarkdown(report.environment.kernel)}</sub>`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function matrix({ sentence = '' }: Report, runs: readonly ReportedRun[]): string[] {
  const { head, rows } = matrixTable(runs);
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [
    `**${escapeMarkdown(sentence)}**`,
    [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n'),
  ];
}

function measurements(report: Report): string[] {
  const { cycles, before, after, serve } = report;
  if (serve) {
    const rows = serve.rows.map(row => `| ${row.map(escapeMarkdown).join(' | ')} |`);
    return [['| | |', '| --- | --- |', ...rows].join('\n')];
  }
  if (!cycles || !before || !after) return [];
  const bytes = (value: number | null) => (value === null ? 'unknown' : formatBytes(value));
  const rows = [
    ['fds', before.fds, after.fds],
    ['private memory', bytes(before.anonBytes), bytes(after.anonBytes)],
    ['threads', before.threads, after.threads],
    ['children', before.children, after.children],
    ['zombies', before.zombies, after.zombies],
  ];
  return [
    `${cycles.completed} cycles in ${formatDuration(cycles.durationMs)} (${formatCount(cycles.ratePerSecond)}/s), ${plural(cycles.failed, 'error')}, ${cycles.warmup} warm-up, accepted ${formatCount(cycles.accepted)} of ${plural(cycles.connections, 'connection')}.`,
    ['| | before | after |', '| --- | ---: | ---: |', ...rows.map(row => `| ${row.join(' | ')} |`)].join(
      '\n',
    ),
    ...lifeList(report),
  ];
}

/** How a server that was started for it lived and ended. */
function lifeList(report: Report): string[] {
  const rows = startedRows(report);
  return rows.length === 0
    ? []
    : [rows.map(([name, text]) => `- ${name}: ${escapeMarkdown(text)}`).join('\n')];
}

function findingBlock({ kind, severity, title, evidence, cause, advice, next }: ReportedFinding): string {
  const mark = severity === 'fail' ? '❌' : '⚠️';
  const said = evidence.some(line => line.includes(cause)) ? evidence : [...evidence, cause];
  return [
    `### ${mark} ${kind}: ${escapeMarkdown(title)}`,
    '',
    ...[...said, advice].map(line => `- ${escapeMarkdown(line)}`),
    `- next: ${codeSpan(next)}`,
  ].join('\n');
}
