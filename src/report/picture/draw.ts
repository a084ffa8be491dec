import { line } from 'd3-shape';
import { x as element } from 'xastscript';
import type { Markup } from '../markup.js';
import type { Report } from '../report.js';
import type { Band, Dot, Panel } from './panel.js';
import { HEIGHT, PLOT, type Scales, scalesOf, WIDTH } from './scales.js';

/** One panel as an SVG element of its own. `id` is unique in its document. */
export function drawPanel(panel: Panel, id: string): Markup {
  const scales = scalesOf(panel);
  return element(
    'svg',
    {
      class: 'panel',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
    },
    [
      element('title', { id: `${id}-title` }, panel.title),
      element('desc', { id: `${id}-desc` }, panel.description),
      text(0, 16, panel.title, { class: 'title' }),
      ...panel.bands.flatMap((band, index) => drawBand(band, index, scales)),
      ...axes(panel, scales),
      ...(panel.ticks.length > 60 ? [] : panel.ticks.map(at => roundTick(scales.x(at)))),
      ...panel.lines.map(({ dash, dots }) =>
        drawLine(dots, scales, isFaint(panel, dots) ? `thin ${dash}` : dash),
      ),
      ...sparse(panel).map(dot => drawDot(dot, scales, 'dot')),
      ...panel.readings.map(dot => drawDot(dot, scales, 'reading')),
      ...drawForecast(panel, scales),
    ],
  );
}

function axes(panel: Panel, { xTicks, yTicks, unit }: Scales): Markup[] {
  return [
    ...yTicks.flatMap(([y, label]) => [
      rule(PLOT.left, y, PLOT.right, y, 'grid'),
      text(PLOT.left - 8, y + 4, label, { 'text-anchor': 'end' }),
    ]),
    rule(PLOT.left, PLOT.bottom, PLOT.right, PLOT.bottom, 'axis'),
    ...xTicks.map(([x, label]) => text(x, PLOT.bottom + 18, label, { 'text-anchor': 'middle' })),
    text(PLOT.right, HEIGHT - 6, panel.xName, { 'text-anchor': 'end' }),
    ...(unit ? [text(0, PLOT.top - 10, unit, {})] : []),
  ];
}

/** The name stands above a band that is wide enough for it. */
function drawBand({ name, from, to }: Band, index: number, { x }: Scales): Markup[] {
  const left = x(from);
  const width = Math.max(0, x(to) - left);
  const needed = name.length * LETTER + 6;
  const area = element('rect', {
    class: `band ${index % 2 === 0 ? 'even' : 'odd'}`,
    x: round(left),
    y: PLOT.top,
    width: round(width),
    height: PLOT.bottom - PLOT.top,
  });
  return width < needed
    ? [area]
    : [area, text(left + width / 2, PLOT.top - 8, name, { 'text-anchor': 'middle' })];
}

function drawLine(dots: readonly Dot[], { x, y }: Scales, dash: string): Markup {
  const path = line<readonly [number, number]>()(
    thinned(dots.map(dot => [round(x(dot.x)), round(y(dot.y))])),
  );
  return element('path', { class: `line ${dash}`, d: path ?? 'M0,0' });
}

function drawDot(dot: Dot, { x, y }: Scales, name: string): Markup {
  return element('circle', { class: name, cx: round(x(dot.x)), cy: round(y(dot.y)), r: 2.5 });
}

function drawForecast({ forecast }: Panel, { x, y }: Scales): Markup[] {
  if (!forecast) return [];
  const words = (bottom: number) =>
    forecast.label.map((line, index) =>
      text(PLOT.left + 6, bottom - 14 * (forecast.label.length - 1 - index), line, { class: 'alarm' }),
    );
  // Too far away for the scale: the words stand at the top, and say so.
  if (!forecast.run) return words(PLOT.top + 28);
  const [from, to] = forecast.run;
  const height = y(forecast.limit);
  return [
    rule(PLOT.left, height, PLOT.right, height, 'limit'),
    ...(from === to
      ? []
      : [
          rule(x(from.x), y(from.y), x(to.x), y(to.y), 'forecast'),
          element('circle', { class: 'crossing', cx: round(x(to.x)), cy: round(height), r: 4 }),
        ]),
    ...words(height - 7),
  ];
}

function roundTick(at: number): Markup {
  return rule(at, PLOT.bottom, at, PLOT.bottom + 4, 'axis');
}

function rule(x1: number, y1: number, x2: number, y2: number, name: string): Markup {
  return element('line', { class: name, x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2) });
}

export function text(x: number, y: number, content: string, attributes: Record<string, string>): Markup {
  return element('text', { ...attributes, x: round(x), y: round(y) }, content);
}

/** What runs beside the readings that count, or is so dense that it would be a block of colour. */
function isFaint({ readings }: Panel, dots: readonly Dot[]): boolean {
  return readings.length > 0 || dots.length > DENSE;
}

/** Points are marked while they can be told apart, and from readings. */
function sparse({ lines, readings }: Panel): readonly Dot[] {
  const dots = lines.flatMap(line => line.dots);
  return dots.length <= SPARSE && readings.length === 0 ? dots : [];
}

const SPARSE = 40;
const DENSE = 300;

/** 2000 points on 400 units: of those that fall on one column the first, the lowest, the highest and the last stay. */
function thinned(points: ReadonlyArray<readonly [number, number]>): Array<readonly [number, number]> {
  const columns = new Map<number, Array<readonly [number, number]>>();
  for (const point of points) {
    const column = columns.get(Math.round(point[0]));
    if (column) column.push(point);
    else columns.set(Math.round(point[0]), [point]);
  }
  return [...columns.values()].flatMap(column => {
    const byHeight = [...column].sort((one, other) => one[1] - other[1]);
    const kept = new Set([column[0], byHeight[0], byHeight.at(-1), column.at(-1)]);
    return column.filter(point => kept.has(point));
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** About what a letter takes at this size, in any sans serif. */
const LETTER = 6.6;

/** How long each phase took, by its name, in the order of the first ones: in a thorough run each row has them all. */
export function timeByPhase(
  phases: Report['phases'],
  nameOf: (phase: string) => string,
): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { phase, durationMs } of phases) {
    const name = nameOf(phase);
    times.set(name, (times.get(name) ?? 0) + durationMs);
  }
  return times;
}

/** What a phase of a run is called in pictures: what the server is put through. */
export function phaseName(phase: string, { watch }: Pick<Report, 'watch'>): string {
  if (phase === 'cycles' && watch) return watch.command ? 'load' : 'watching';
  return NAMES[phase] ?? phase;
}

const NAMES: Readonly<Record<string, string>> = {
  confirm: 'confirming',
  hold: 'holding',
  settle: 'settling',
};
