import { x as element } from 'xastscript';
import { formatDuration } from '../../units.js';
import type { Markup } from '../markup.js';
import { drawPanel } from '../picture/draw.js';
import { panelsOf } from '../picture/panels.js';
import { phaseName } from '../picture/phase-name.js';
import type { Report } from '../report.js';

/** The charts, side by side where there is room. */
export function pictureSection(report: Report): Markup[] {
  const panels = panelsOf(report);
  if (panels.length === 0) return [];
  return [
    element('section', { 'aria-labelledby': 'picture' }, [
      element('h2', { id: 'picture' }, report.serve ? 'What the clients held open' : 'What the server held'),
      element(
        'div',
        { class: 'panels' },
        panels.map((panel, index) => element('figure', [drawPanel(panel, `panel-${index}`)])),
      ),
      element('p', { class: 'legend' }, legend(report)),
    ]),
  ];
}

function legend(report: Report): string {
  const { serve, watch, phases, cycles } = report;
  if (serve) return 'As this server saw it; what is idle was answered and not closed.';
  const named = phases.map(
    ({ phase, durationMs }) => `${phaseName(phase, report)} ${formatDuration(durationMs)}`,
  );
  const confirmed = cycles?.confirmation
    ? ` The darker stretch over ${watch ? 'connections' : 'cycles'} is further ones, made to confirm what was seen.`
    : '';
  return `Phases: ${named.join(' · ')}. Strokes below an axis end a round.${confirmed}`;
}
