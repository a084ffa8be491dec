import { x as element } from 'xastscript';
import { formatCommand } from '../escape.js';
import type { Markup } from '../markup.js';
import type { Report } from '../report.js';

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
