import { wrap } from '../wrap.js';
import type { Change, Comparison } from './comparison.js';
import { figureRows, findingWords } from './words.js';

const MARKS = {
  new: '✖ new',
  worse: '✖ worse',
  same: '= same',
  better: '✔ better',
  gone: '✔ gone',
  unknown: '? unknown',
} as const satisfies Record<Change, string>;

/** The comparison for a person: what changed, the figures, the verdict last. */
export function renderComparison(comparison: Comparison, columns: number): string {
  const { old, new: next, findings, notes, summary } = comparison;
  const rows = figureRows(comparison);
  const width = (column: number) => Math.max(...rows.map(row => (row[column] ?? '').length));
  const lines = [
    `churn compare  ·  ${old.address}, ${old.cycles} cycles  →  ${next.address}, ${next.cycles} cycles`,
    '',
    ...rows.map(([name = '', ...cells]) =>
      `  ${name.padEnd(11)}${cells.map((cell, index) => cell.padEnd(width(index + 1))).join('   ')}`.trimEnd(),
    ),
    ...(findings.length > 0 ? [''] : []),
    ...findings.map(
      finding => `  ${MARKS[finding.change].padEnd(11)}${finding.kind}   ${findingWords(finding)}`,
    ),
    ...(notes.length > 0 ? [''] : []),
    ...notes.map(note => `  note       ${note}`),
    '',
    summary,
  ];
  return `${lines.flatMap(line => wrap(line, columns, 13)).join('\n')}\n`;
}
