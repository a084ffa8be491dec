import { x as element } from 'xastscript';
import { type Markup, serialize } from './markup.js';
import { colorStyle, PANEL_STYLE } from './picture/colors.js';
import { drawPanel, text } from './picture/draw.js';
import { panelsOf } from './picture/panels.js';
import { HEIGHT, WIDTH } from './picture/scales.js';
import type { Report } from './report.js';
import { wrap } from './wrap.js';

/** The picture alone, as one SVG file: the verdict, and below it what the server held. */
export function renderSvg(report: Report): string {
  const panels = panelsOf(report);
  const width = panels.length > 0 ? 2 * WIDTH + 3 * EDGE : WIDTH + 2 * EDGE;
  const heading = headingLines(report, width - 2 * EDGE);
  const top = EDGE + heading.length * LINE + 12;
  const height = top + Math.ceil(panels.length / 2) * (HEIGHT + EDGE);
  const root = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-labelledby': 'picture-title',
    },
    [
      element('title', { id: 'picture-title' }, `churn: ${report.summary}`),
      element('style', `${colorStyle('svg')}${PANEL_STYLE}`),
      element('rect', { x: 0, y: 0, width, height, fill: 'var(--ground)' }),
      ...heading.map((line, index) =>
        text(EDGE, EDGE + 14 + index * LINE, line, index === 0 ? { class: 'title' } : {}),
      ),
      ...panels.map((panel, index) => placed(drawPanel(panel, `panel-${index}`), index, top)),
    ],
  );
  return `${serialize(root)}\n`;
}

function placed(panel: Markup, index: number, top: number): Markup {
  return {
    ...panel,
    attributes: {
      ...panel.attributes,
      x: String(EDGE + (index % 2) * (WIDTH + EDGE)),
      y: String(top + Math.floor(index / 2) * (HEIGHT + EDGE)),
      width: String(WIDTH),
      height: String(HEIGHT),
    },
  };
}

/** The verdict is never broken; what follows it may be long. */
function headingLines({ summary, clean, target, error, sentence }: Report, width: number): string[] {
  const columns = Math.floor(width / LETTER);
  return [
    ...(clean ? [summary] : broken(summary, Math.floor(width / BOLD_LETTER))),
    ...broken(sentence ?? '', columns).filter(line => line !== ''),
    ...broken(error ? error.hint : `churn ${target?.address ?? ''}`, columns),
  ];
}

function broken(line: string, columns: number): string[] {
  return wrap(line, columns, 0).map(part => {
    const letters = [...part];
    return letters.length > columns ? `${letters.slice(0, columns - 1).join('')}…` : part;
  });
}

const EDGE = 20;
/** About what a letter takes, in any sans serif. */
const LETTER = 6.8;
const BOLD_LETTER = 8.6;
const LINE = 18;
