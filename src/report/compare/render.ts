import { formatBytes, formatCount } from '../../units.js';
import { codeSpan, escapeMarkdown } from '../escape.js';
import { wrap } from '../wrap.js';
import type { Change, ComparedFigure, ComparedFinding, Comparison } from './comparison.js';

const MARKS = {
  new: '✖ new',
  worse: '✖ worse',
  same: '= same',
  better: '✔ better',
  gone: '✔ gone',
  unknown: '? unknown',
} as const satisfies Record<Change, string>;

/** The comparison for a person: what changed, the figures, the verdict last. */
function renderComparison(comparison: Comparison, columns: number): string {
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

/** The comparison for a pull request. */
function renderComparisonMarkdown(comparison: Comparison): string {
  const { old, new: next, findings, notes, summary } = comparison;
  const blocks = [
    `## ${escapeMarkdown(summary)}`,
    `churn compare ${codeSpan(old.address)}, ${old.cycles} cycles → ${codeSpan(next.address)}, ${next.cycles} cycles`,
    [
      '| | old | new | ratio | |',
      '| --- | ---: | ---: | ---: | --- |',
      ...figureRows(comparison).map(row => `| ${row.map(escapeMarkdown).join(' | ')} |`),
    ].join('\n'),
    ...(findings.length > 0
      ? [
          findings
            .map(
              finding => `- **${finding.change}** ${finding.kind}: ${escapeMarkdown(findingWords(finding))}`,
            )
            .join('\n'),
        ]
      : []),
    ...(notes.length > 0 ? [notes.map(note => `- note: ${escapeMarkdown(note)}`).join('\n')] : []),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const SAID = {
  up: 'more than the noise explains',
  down: 'less than the noise explains',
  'within-noise': 'no more than the noise',
  'too-little-data': 'too little data to compare: run with more --cycles',
} as const satisfies Record<ComparedFigure['said'], string>;

/** "fd 10 → 1010" in words: what was, what is, and how they compare. */
function findingWords({ old, new: next, ratio }: ComparedFinding): string {
  const side = (given: ComparedFinding['old']) => (given ? given.title : 'not found');
  const times = ratio === null ? '' : ` (${formatRatio(ratio)} per cycle)`;
  return `${side(old)} → ${side(next)}${times}`;
}

/** The rows for rate and memory: name, old, new, ratio, what that says. */
function figureRows({ rate, memory }: Comparison): string[][] {
  const bytes = (value: number) => formatBytes(Math.round(value));
  return [
    [
      'rate',
      side(rate.old, rate.oldNoise, formatCount, 's'),
      side(rate.new, rate.newNoise, formatCount, 's'),
      ...saying(rate),
    ],
    [
      'memory',
      side(memory.old, memory.oldNoise, bytes, 'cycle'),
      side(memory.new, memory.newNoise, bytes, 'cycle'),
      ...saying(memory),
    ],
  ];
}

/** "210 B/cycle ± 12 B". */
function side(
  value: number | null,
  noise: number | null,
  format: (value: number) => string,
  per: 's' | 'cycle',
): string {
  if (value === null) return 'unknown';
  return `${format(value)}/${per}${noise === null ? '' : ` ± ${format(noise)}`}`;
}

function saying({ ratio, said }: ComparedFigure): [string, string] {
  return [ratio === null ? '–' : formatRatio(ratio), SAID[said]];
}

function formatRatio(ratio: number): string {
  return `× ${ratio >= 100 ? formatCount(ratio) : String(Number(ratio.toPrecision(3)))}`;
}

/** Every way to write a comparison: comparison and width in, text out. */
export const COMPARISON_REPORTERS = {
  text: renderComparison,
  markdown: renderComparisonMarkdown,
  json: (comparison: Comparison) => `${JSON.stringify(comparison, undefined, 2)}\n`,
} as const satisfies Record<string, (comparison: Comparison, columns: number) => string>;
