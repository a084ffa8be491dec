import { scaleLinear } from 'd3-scale';
import { formatCount } from '../../units.js';
import type { Panel } from './panel.js';

/** Units of a drawing of one panel; a browser scales it. */
export const WIDTH = 420;
export const HEIGHT = 260;
export const PLOT = { left: 60, right: WIDTH - 34, top: 46, bottom: HEIGHT - 42 } as const;

/** Where data stands on the drawing, and what the axes say. */
export interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly xTicks: ReadonlyArray<readonly [at: number, label: string]>;
  readonly yTicks: ReadonlyArray<readonly [at: number, label: string]>;
  readonly unit: string;
}

export function scalesOf(panel: Panel): Scales {
  const { unit, size } = unitOf(panel);
  const x = scaleLinear().domain(xDomain(panel)).range([PLOT.left, PLOT.right]);
  const y = scaleLinear()
    .domain(yDomain(panel).map(value => value / size))
    .range([PLOT.bottom, PLOT.top]);
  const whole = (value: number) => panel.yKind === 'bytes' || Number.isInteger(value);
  const tickText = y.tickFormat(4);
  return {
    x,
    y: value => y(value / size),
    xTicks: x
      .ticks(5)
      .filter(tick => panel.xName === 'seconds' || Number.isInteger(tick))
      .map(tick => [x(tick), tick % 1 === 0 ? formatCount(tick) : String(tick)]),
    yTicks: y
      .ticks(4)
      .filter(whole)
      .map(tick => [y(tick), panel.yKind === 'count' ? formatCount(tick) : tickText(tick)]),
    unit,
  };
}

/** All y of a panel. */
function values({ lines, readings, forecast }: Panel): number[] {
  return [
    ...lines.flatMap(({ dots }) => dots.map(({ y }) => y)),
    ...readings.map(({ y }) => y),
    ...(forecast?.run ? [forecast.limit] : []),
  ];
}

function xDomain({ lines, readings, bands, forecast }: Panel): [number, number] {
  const ends = [
    ...lines.flatMap(({ dots }) => dots.map(({ x }) => x)),
    ...readings.map(({ x }) => x),
    ...bands.map(({ to }) => to),
    ...(forecast?.run ? [forecast.run[1].x] : []),
  ];
  return [0, Math.max(...ends) || 1];
}

/** Counts begin at zero. Memory does not, but a wobble of a few percent is never drawn as a mountain. */
function yDomain(panel: Panel): [number, number] {
  const all = values(panel);
  const high = Math.max(0, ...all);
  if (panel.yKind === 'count') return [0, Math.max(1, high) * HEADROOM];
  const low = all.length > 0 ? Math.min(...all) : 0;
  const pad = Math.max((high - low) * 0.2, high * 0.05, 1);
  return [Math.max(0, low - pad), high + pad];
}

/** Room above the highest point for the words about the limit. */
const HEADROOM = 1.32;

function unitOf(panel: Panel): { readonly unit: string; readonly size: number } {
  if (panel.yKind === 'count') return { unit: '', size: 1 };
  const high = Math.max(0, ...values(panel));
  const power = Math.min(3, Math.max(0, Math.floor(Math.log2(Math.max(1, high)) / 10)));
  return { unit: ['B', 'KiB', 'MiB', 'GiB'][power] ?? 'B', size: 1_024 ** power };
}
