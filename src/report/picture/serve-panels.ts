import { formatCount } from '../../units.js';
import type { ReportedServe, ReportedServePoint } from '../reported-serve.js';
import type { Dot, Panel } from './panel.js';

/** The charts of what clients did to a server of ours: their connections over their requests, and over time. */
export function servePanels({ curve, series }: ReportedServe): Panel[] {
  const open = curve.map(([requests, count]) => ({ x: requests, y: count }));
  return [...(open.length < 2 ? [] : [overRequests(open)]), ...(series.length < 2 ? [] : [overTime(series)])];
}

function overRequests(dots: readonly Dot[]): Panel {
  return {
    ...EMPTY,
    title: 'Connections open, request by request',
    description: describe('Connections open', dots),
    lines: [{ dash: 'solid', dots }],
    xName: 'requests',
  };
}

function overTime(series: readonly ReportedServePoint[]): Panel {
  const over = (read: (point: ReportedServePoint) => number) =>
    series.map(point => ({ x: point.atMs / 1_000, y: read(point) }));
  const [open, idle, stuck] = [
    over(point => point.open),
    over(point => point.idle),
    over(point => point.closeWait + point.dead),
  ];
  const has = stuck.some(({ y }) => y > 0);
  return {
    ...EMPTY,
    title: `Open, idle (dashed)${has ? ', dead in the client (dotted)' : ''}`,
    description: [
      describe('Connections open', open),
      describe('Of these idle', idle),
      ...(has ? [describe('Kept by the client although they are closed or reset', stuck)] : []),
    ].join(' '),
    lines: [
      { dash: 'solid', dots: open },
      { dash: 'dashed', dots: idle },
      ...(has ? [{ dash: 'dotted' as const, dots: stuck }] : []),
    ],
    xName: 'seconds',
  };
}

const EMPTY: Omit<Panel, 'title' | 'description' | 'lines' | 'xName'> = {
  ...{ readings: [], bands: [], ticks: [], forecast: undefined },
  yKind: 'count',
};

function describe(what: string, dots: readonly Dot[]): string {
  const most = Math.max(...dots.map(({ y }) => y));
  return `${what}: ${formatCount(dots[0]?.y ?? 0)} at first, ${formatCount(most)} at most, ${formatCount(dots.at(-1)?.y ?? 0)} at last.`;
}
