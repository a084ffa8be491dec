import { x as element } from 'xastscript';
import type { Markup } from '../markup.js';
import type { Report } from '../report.js';
import { lastOutput } from '../started/lines.js';

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
