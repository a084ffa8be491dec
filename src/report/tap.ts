import { type Case, suitesOf } from './cases.js';
import type { Report } from './report.js';
import { toldRows } from './wrap.js';

/** TAP 14, one test for the run and one for each kind of trouble, with YAML for those that did not pass. */
export function renderTap(report: Report): string {
  const cases = suitesOf(report).flatMap(suite =>
    suite.cases.map(given => (suite.client ? { ...given, name: `${suite.client} ${given.name}` } : given)),
  );
  const lines = [
    'TAP version 14',
    `1..${cases.length}`,
    ...comment(`churn ${report.target?.address ?? ''}`.trimEnd()),
    ...cases.flatMap((given, index) => testLines(given, index + 1)),
    ...comment(report.summary),
    ...toldRows(report).flatMap(comment),
    ...report.notes.flatMap(note => comment(`note: ${note}`)),
  ];
  return `${lines.join('\n')}\n`;
}

function testLines({ name, status, message, details, finding }: Case, number: number): string[] {
  const result = status === 'fail' || status === 'error' ? 'not ok' : 'ok';
  const said = status === 'pass' && !finding ? '' : `: ${message}`;
  if (status === 'skip') return [`${result} ${number} - ${name} # SKIP ${escapeTap(message)}`];
  const line = `${result} ${number} - ${escapeTap(name + said)}`;
  if (result === 'ok' && !finding) return [line];
  return [
    line,
    '  ---',
    `  severity: ${finding?.severity ?? status}`,
    ...(finding ? [`  count: ${finding.count}`, `  perCycle: ${finding.perCycle}`] : []),
    `  message: ${JSON.stringify(message)}`,
    ...(details.length > 0
      ? ['  details:', ...details.map(detail => `    - ${JSON.stringify(detail)}`)]
      : []),
    '  ...',
  ];
}

function comment(text: string): string[] {
  return text === '' ? [] : [`# ${text}`];
}

/** What follows an unescaped # could be read as a directive. */
function escapeTap(text: string): string {
  return text.replace(/[\\#]/g, '\\$&');
}
