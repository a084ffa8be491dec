import { x as element } from 'xastscript';
import type { Markup } from '../markup.js';
import type { Report, ReportedFinding } from '../report.js';
import { EXPLANATIONS } from '../wording/explain/table.js';

/** What was found, one block each, with the long explanation folded away. */
export function findingsSection({ findings }: Report): Markup[] {
  if (findings.length === 0) return [];
  return [
    element('section', { 'aria-labelledby': 'findings' }, [
      element('h2', { id: 'findings' }, 'What was found'),
      ...findings.map(findingBlock),
    ]),
  ];
}

function findingBlock(finding: ReportedFinding): Markup {
  const { kind, severity, title, evidence, cause, advice, next } = finding;
  const said = evidence.some(line => line.includes(cause)) ? evidence : [...evidence, cause];
  return element('article', { class: `finding ${severity}` }, [
    element('h3', `${severity === 'fail' ? '✖' : '!'} ${kind}: ${title}`),
    element(
      'ul',
      [...said, advice].map(line => element('li', line)),
    ),
    element('p', ['next: ', element('code', next)]),
    explanation(finding),
  ]);
}

function explanation({ kind }: ReportedFinding): Markup {
  const { what, causes, byHand } = EXPLANATIONS[kind];
  return element('details', [
    element('summary', `What this means, its usual causes, and how to see it by hand`),
    ...what.map(paragraph => element('p', paragraph)),
    element('h4', 'Usual causes'),
    element(
      'ul',
      causes.map(cause => element('li', cause)),
    ),
    element('h4', 'By hand, with its PORT and PID'),
    element(
      'dl',
      byHand.flatMap(({ run, shows }) => [element('dt', [element('code', run)]), element('dd', shows)]),
    ),
  ]);
}
