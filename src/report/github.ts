import type { Frame } from '../where/found.js';
import type { Report, ReportedFinding } from './report.js';
import { renderText, type TextStyle } from './text.js';
import { tellingFrame, whereLines } from './where.js';

type Level = 'error' | 'warning' | 'notice';

interface Annotation {
  readonly level: Level;
  readonly title: string;
  readonly text: string;
  /** The line of code that it is about. */
  readonly frame?: Frame | undefined;
}

/** GitHub shows no more of a level from one step. */
const MAX_PER_LEVEL = 10;

/** The text report for the log of a job, and what belongs beside the job as workflow commands. */
export function renderGithub(report: Report, style: TextStyle): string {
  // The error itself is on stderr already.
  const text = report.error ? '' : disarm(renderText(report, style));
  const commands = (['error', 'warning', 'notice'] as const).flatMap(level =>
    capped(annotations(report).filter(annotation => annotation.level === level)).map(command),
  );
  return `${text}${commands.map(line => `${line}\n`).join('')}`;
}

function annotations(report: Report): Annotation[] {
  if (report.error)
    return [
      {
        level: 'error',
        title: 'churn could not test',
        text: `${report.error.sentence}\n${report.error.hint}`,
      },
    ];
  const { summary, verdict, sentence } = report;
  return [
    ...(sentence ? [{ level: 'notice' as const, title: 'churn', text: sentence }] : []),
    ...report.findings.map(findingAnnotation),
    ...(verdict === 'undecided' ? [{ level: 'warning' as const, title: 'churn', text: summary }] : []),
    ...(verdict === 'pass' ? [{ level: 'notice' as const, title: 'churn', text: summary }] : []),
    ...report.notes.map(text => ({ level: 'notice' as const, title: 'churn', text })),
  ];
}

function findingAnnotation(finding: ReportedFinding): Annotation {
  const { kind, severity, title, evidence, cause, advice, next, where = [] } = finding;
  return {
    level: severity === 'fail' ? 'error' : 'warning',
    title: `churn ${kind}: ${title}`,
    text: [...evidence, ...whereLines(finding), cause, advice, `next: ${next}`].join('\n'),
    frame: where.flatMap(place => tellingFrame(place) ?? [])[0],
  };
}

function capped(all: readonly Annotation[]): readonly Annotation[] {
  if (all.length <= MAX_PER_LEVEL) return all;
  const shown = all.slice(0, MAX_PER_LEVEL - 1);
  const [{ level } = { level: 'notice' as const }] = all;
  return [
    ...shown,
    { level, title: 'churn', text: `${all.length - shown.length} more stand in the report.` },
  ];
}

/** With a file and a line GitHub shows it on that line of the pull request. */
function command({ level, title, text, frame }: Annotation): string {
  const place = frame ? `file=${escapeProperty(frame.file ?? '')},line=${frame.line},` : '';
  return `::${level} ${place}title=${escapeProperty(title)}::${escapeData(text)}`;
}

/** Lines of text in which a server's name could be taken for a command of the runner: "::error::", "##[error]". */
function disarm(text: string): string {
  return text.replaceAll(/^(\s*):(?=:)/gm, '$1·').replaceAll('##[', '#·#[');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
