import { codeSpan, escapeMarkdown } from '../escape-markdown.js';
import type { Comparison } from './comparison.js';
import { figureRows, findingWords } from './words.js';

/** The comparison for a pull request. */
export function renderComparisonMarkdown(comparison: Comparison): string {
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
