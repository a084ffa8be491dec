import { formatBytes, formatCount, formatDuration, plural } from '../../units.js';
import { minutes, unitOf } from '../counts.js';
import type { Report, ReportedPoint, ReportedRun } from '../report.js';
import { rowName } from '../thorough/routes.js';
import { phaseName } from './draw.js';
import type { Band, Dot, Forecast, Panel } from './panel.js';
import { servePanels } from './serve-panels.js';

/** The charts of a run: what the server held over the cycles, and over time. None for a run that was not made. */
export function panelsOf(report: Report): Panel[] {
  if (report.serve) return servePanels(report.serve);
  if (report.series.length < 2 || !report.cycles) return [];
  return [descriptors(report), memory(report), threads(report), overTime(report)];
}

function descriptors(report: Report): Panel {
  const dots = overCycles(report, ({ fds }) => fds);
  const forecast = forecastOf(report, dots);
  return {
    ...emptyPanel(report),
    title: 'File descriptors',
    description: `${describe('File descriptors', dots, formatCount)}${forecast ? ` ${forecast.label.join(', ')}.` : ''}`,
    lines: [{ dash: 'solid', dots }],
    forecast,
  };
}

function memory(report: Report): Panel {
  const dots = overCycles(report, ({ anonBytes }) => anonBytes);
  const warmup = report.cycles?.warmup ?? 0;
  const readings = report.rounds.flatMap(({ connections, anonBytes }) =>
    anonBytes === null ? [] : [{ x: Math.max(0, connections - warmup), y: anonBytes }],
  );
  return {
    ...emptyPanel(report),
    title: 'Private memory, settled readings as dots',
    description: describe('Private memory', readings.length > 0 ? readings : dots, formatBytes),
    lines: [{ dash: 'solid', dots }],
    readings,
    yKind: 'bytes',
  };
}

function threads(report: Report): Panel {
  const children = overCycles(report, point => point.children);
  const zombies = overCycles(report, point => point.zombies);
  const has = (dots: readonly Dot[]) => dots.some(({ y }) => y > 0);
  const dots = overCycles(report, point => point.threads);
  return {
    ...emptyPanel(report),
    title: [
      'Threads',
      ...(has(children) ? ['child processes (dashed)'] : []),
      ...(has(zombies) ? ['zombies (dotted)'] : []),
    ].join(', '),
    description: [
      describe('Threads', dots, formatCount),
      ...(has(children) ? [describe('Child processes', children, formatCount)] : []),
      ...(has(zombies) ? [describe('Zombies', zombies, formatCount)] : []),
    ].join(' '),
    lines: [
      { dash: 'solid', dots },
      ...(has(children) ? [{ dash: 'dashed' as const, dots: children }] : []),
      ...(has(zombies) ? [{ dash: 'dotted' as const, dots: zombies }] : []),
    ],
  };
}

function overTime(report: Report): Panel {
  const dots = report.series.map(({ atMs, fds }) => ({ x: atMs / 1_000, y: fds }));
  const bands = report.runs ? rowBands(report.runs) : phaseBands(report);
  const spans = bands.map(({ name, from, to }) => `${name} ${formatDuration(1_000 * (to - from))}`);
  return {
    ...emptyPanel(report),
    title: 'File descriptors over time',
    description: `${describe('File descriptors', dots, formatCount)} ${report.runs ? 'Rows' : 'Phases'}: ${spans.join(', ')}.`,
    lines: [{ dash: 'solid', dots }],
    bands,
    ticks: [],
    xName: 'seconds',
  };
}

function phaseBands(report: Report): Band[] {
  return report.phases.map(({ phase, startMs, durationMs }) => ({
    name: phaseName(phase, report),
    from: startMs / 1_000,
    to: (startMs + durationMs) / 1_000,
  }));
}

/** Of a thorough run the phases repeat with each row: the rows tell more. They stand one after the other in the series. */
function rowBands(runs: readonly ReportedRun[]): Band[] {
  let from = 0;
  return runs
    .filter(({ durationMs }) => durationMs > 0)
    .map(run => {
      const band = { name: rowName(run), from, to: from + run.durationMs / 1_000 };
      from = band.to;
      return band;
    });
}

function emptyPanel(report: Report): Omit<Panel, 'title' | 'description' | 'lines'> {
  return {
    readings: [],
    bands: cycleBands(report),
    ticks: report.rounds
      .map(({ connections }) => connections - (report.cycles?.warmup ?? 0))
      .filter(cycles => cycles > 0),
    xName: `${unitOf(report)}s`,
    yKind: 'count',
    forecast: undefined,
  };
}

/** Told apart only where there is more than one. Cycles of the warm-up are not counted: a point at the left edge. */
function cycleBands({ cycles, series }: Report): Band[] {
  const judged = cycles?.completed ?? 0;
  const last = series.at(-1)?.cyclesDone ?? judged;
  if (last <= judged) return [];
  return [
    { name: 'judged', from: 0, to: judged },
    { name: 'confirming', from: judged, to: last },
  ];
}

function overCycles({ series }: Report, read: (point: ReportedPoint) => number | null): Dot[] {
  return series.flatMap(point => {
    const y = read(point);
    return y === null ? [] : [{ x: point.cyclesDone, y }];
  });
}

function describe(what: string, dots: readonly Dot[], format: (value: number) => string): string {
  const first = dots[0];
  const last = dots.at(-1);
  if (!first || !last) return `${what}: could not be read.`;
  const most = Math.max(...dots.map(({ y }) => y));
  return `${what}: ${format(first.y)} at first, ${format(most)} at most, ${format(last.y)} at last.`;
}

/** When the descriptors that are kept meet the limit; undefined when nothing is kept. */
function forecastOf({ findings, target }: Report, dots: readonly Dot[]): Forecast | undefined {
  const last = dots.at(-1);
  const limit = target?.limits.openFiles;
  if (!last || !limit) return undefined;
  const finding = findings.find(({ kind }) => kind === 'fd');
  const highest = Math.max(...dots.map(({ y }) => y));
  const isNear = limit <= NEAR * highest;
  const named = `limit ${formatCount(limit)}`;
  if (!finding || finding.perCycle <= 0) {
    return isNear ? { label: [named], limit, run: [last, last] } : undefined;
  }
  const left = finding.facts['connectionsLeft'];
  const minutesLeft = finding.facts['minutesLeft'];
  const label = typeof left === 'number' ? [named, whenReached(left)] : [named];
  if (typeof minutesLeft === 'number') {
    // What it would meet after so many connections was not measured.
    return { label: [named, `reached after ${minutes(minutesLeft)} more`], limit, run: undefined };
  }
  const crossing = last.x + Math.max(0, limit - last.y) / finding.perCycle;
  const fits = isNear && crossing <= NEAR * Math.max(1, last.x);
  return { label, limit, run: fits ? [last, { x: crossing, y: limit }] : undefined };
}

function whenReached(connectionsLeft: number): string {
  return connectionsLeft === 0 ? 'reached' : `reached after ${plural(connectionsLeft, 'more connection')}`;
}

/** A limit farther away than this many times what was seen would flatten what was seen. */
const NEAR = 2.5;
