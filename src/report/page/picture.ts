import { x as element } from 'xastscript';
import { formatDuration } from '../../units.js';
import type { Markup } from '../markup.js';
import { drawPanel } from '../picture/draw.js';
import { panelsOf } from '../picture/panels.js';
import type { Report } from '../report.js';

/** The charts, side by side where there is room. */
export function pictureSection(report: Report): Markup[] {
  const panels = panelsOf(report);
  if (panels.length === 0) return [];
  const phases = report.phases.map(({ phase, durationMs }) => `${phase} ${formatDuration(durationMs)}`);
  const confirmed = report.cycles?.confirmation
    ? ' The darker stretch over cycles is further ones, made to confirm what was seen.'
    : '';
  return [
    element('section', { 'aria-labelledby': 'picture' }, [
      element('h2', { id: 'picture' }, 'What the server held'),
      element(
        'div',
        { class: 'panels' },
        panels.map((panel, index) => element('figure', [drawPanel(panel, `panel-${index}`)])),
      ),
      element(
        'p',
        { class: 'legend' },
        `Phases: ${phases.join(' · ')}. Strokes below an axis end a round.${confirmed}`,
      ),
    ]),
  ];
}
