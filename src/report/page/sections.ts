import { x as element } from 'xastscript';
import { formatCommand } from '../escape.js';
import { gaugeTable } from '../gauges.js';
import { explanationOf } from '../kinds/registry.js';
import type { Markup } from '../markup.js';
import type { Report, ReportedFinding } from '../report.js';
import { stageTable } from '../stages.js';
import { lastOutput } from '../started/lines.js';
import { matrixTable } from '../thorough/matrix.js';
import { table } from './table.js';
import { whereBlocks } from './where.js';

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
    ...whereBlocks(finding),
    element('p', ['next: ', element('code', next)]),
    explanation(finding),
  ]);
}

function explanation({ kind }: ReportedFinding): Markup {
  const { what, causes, byHand } = explanationOf(kind);
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
      byHand.flatMap(([run, shows]) => [element('dt', [element('code', run)]), element('dd', shows)]),
    ),
  ]);
}

/** Numbers that the server itself exposes, and what became of each. */
export function gaugeSection(report: Report): Markup[] {
  const gauges = gaugeTable(report);
  if (!gauges) return [];
  return [
    element('section', { 'aria-labelledby': 'gauges' }, [
      element('h2', { id: 'gauges' }, 'What the server says of itself'),
      ...table('Gauges, read while nobody talked to the server', gauges.head, gauges.rows),
    ]),
  ];
}

/** Of a load that was watched: which phase of it left something behind. */
export function stageSection({ stages = [], sentence }: Report): Markup[] {
  if (stages.length === 0) return [];
  const { head, rows } = stageTable(stages);
  return [
    element('section', { 'aria-labelledby': 'stages' }, [
      element('h2', { id: 'stages' }, 'Each phase of the load'),
      ...table(sentence ?? 'Each phase of the load', head, rows),
    ]),
  ];
}

/** Of a thorough run: which client the server is clean to. */
export function matrixSection({ runs }: Report): Markup[] {
  if (!runs) return [];
  const { head, rows } = matrixTable(runs);
  return [
    element('section', { 'aria-labelledby': 'matrix' }, [
      element('h2', { id: 'matrix' }, 'Each client by itself'),
      ...table('What the server had before and after each row, or what it kept', head, rows),
    ]),
  ];
}

/** The end of what a server wrote that was started for it, where something went wrong. */
export function outputSection(report: Report): Markup[] {
  const output = lastOutput(report);
  if (!output) return [];
  const { caption, lines } = output;
  return [
    element('section', { 'aria-labelledby': 'output' }, [
      element('h2', { id: 'output' }, 'What the server wrote'),
      element('p', { class: 'caption' }, `${caption}${lines.length > 0 ? ':' : ''}`),
      ...(lines.length > 0 ? [element('pre', [element('code', lines.join('\n') || ' ')])] : []),
    ]),
  ];
}

/** How to make the run again, and on what it was made. */
export function reproduceSection({ tool, environment, target, serve }: Report): Markup {
  const facts: ReadonlyArray<readonly [name: string, value: string]> = [
    ...(target && target.command.length > 0
      ? [[serve ? 'client' : 'server', formatCommand(target.command)] as const]
      : []),
    ['command', formatCommand(['churn', ...tool.command])],
    ['versions', `churn ${tool.version}, node ${environment.node}`],
    ['kernel', `Linux ${environment.kernel}, CPUs: ${environment.cpus}`],
  ];
  return element('section', { 'aria-labelledby': 'reproduce' }, [
    element('h2', { id: 'reproduce' }, 'How to make this run again'),
    element(
      'dl',
      facts.flatMap(([name, value]) => [element('dt', name), element('dd', [element('code', value || '–')])]),
    ),
  ]);
}
