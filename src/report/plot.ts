import { formatBytes, formatCount } from '../units.js';
import type { AnyKind } from '../verdict/kinds.js';
import type { Report } from './report.js';

/** A small picture of what grew, for the text report: nothing where nothing did, or where too little was read. */
export function plotLines(report: Report): string[] {
  const grown = report.findings.find(({ kind }) => CURVES[kind] !== undefined);
  const curve = grown && CURVES[grown.kind]?.(report);
  if (!curve || new Set(curve.dots.map(([cycles]) => cycles)).size < MIN_DOTS) return [];
  const heights = columnsOf(curve.dots);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  if (high <= low) return [];
  const labels = [curve.format(high), ...Array<string>(ROWS - 2).fill(''), curve.format(low)];
  const margin = Math.max(...labels.map(label => label.length));
  const rows = labels.map((label, row) => {
    const cells = heights.map(height => cell(((height - low) / (high - low)) * ROWS - (ROWS - 1 - row)));
    return `      ${label.padStart(margin)} │${cells.join('').trimEnd()}`;
  });
  const last = `${formatCount(curve.dots.at(-1)?.[0] ?? 0)} cycles`;
  return [
    ...rows,
    `      ${' '.repeat(margin)} └${'─'.repeat(COLUMNS)}`,
    `      ${curve.name.padEnd(margin)}  0${last.padStart(COLUMNS - 1)}`,
  ];
}

type Dot = readonly [cycles: number, value: number];

interface Curve {
  readonly name: string;
  readonly dots: readonly Dot[];
  readonly format: (value: number) => string;
}

/** What is drawn. Of the other kinds a number over time tells nothing. */
const CURVES: Readonly<Partial<Record<AnyKind, (report: Report) => Curve>>> = {
  fd: report => series('fds', report, 'fds'),
  thread: report => series('threads', report, 'threads'),
  child: report => series('children', report, 'children'),
  zombie: report => series('zombies', report, 'zombies'),
  memory: ({ rounds }) => ({
    name: 'memory',
    dots: rounds.flatMap(({ connections, anonBytes }) =>
      anonBytes === null ? [] : [[connections, anonBytes] as const],
    ),
    format: formatBytes,
  }),
};

function series(name: string, { series }: Report, of: 'fds' | 'threads' | 'children' | 'zombies'): Curve {
  return { name, dots: series.map(point => [point.cyclesDone, point[of]] as const), format: formatCount };
}

/** The value at each column; between two readings it is on the line that joins them. */
function columnsOf(dots: readonly Dot[]): number[] {
  const first = dots[0]?.[0] ?? 0;
  const last = dots.at(-1)?.[0] ?? 0;
  return Array.from({ length: COLUMNS }, (_, column) => {
    const at = first + ((last - first) * column) / (COLUMNS - 1);
    const next = dots.findIndex(([cycles]) => cycles >= at);
    const [x1, y1] = dots[Math.max(0, next < 0 ? dots.length - 1 : next - 1)] ?? [0, 0];
    // Of several readings at one moment the last one counts: there the server has settled.
    const [x2, y2] = next < 0 || column === COLUMNS - 1 ? (dots.at(-1) ?? [0, 0]) : (dots[next] ?? [0, 0]);
    return x2 === x1 ? y2 : y1 + (y2 - y1) * Math.min(1, (at - x1) / (x2 - x1));
  });
}

/** A block that is full by `share`; the lowest row is never empty. */
function cell(share: number): string {
  return BLOCKS[Math.max(0, Math.min(BLOCKS.length - 1, Math.round(share * (BLOCKS.length - 1))))] ?? ' ';
}

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ROWS = 4;
/** Fits 40 columns of a terminal beside "99.9 MiB". */
const COLUMNS = 23;
const MIN_DOTS = 3;
