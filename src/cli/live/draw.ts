import type { ChalkInstance } from 'chalk';
import type { Progress } from '../../gather/timeline.js';
import { formatBytes, formatCount, formatDuration } from '../../units.js';
import { phaseWords } from '../plain-lines.js';
import type { History } from './history.js';

/** Where the live view has to fit. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The lines of the live view: what is being done, how far it is, and what the server holds. Every line leaves the last
 * column free; where the terminal is too low for all of them, how far it is comes first.
 */
export function drawLive(progress: Progress, history: History, frame: Frame, chalk: ChalkInstance): string[] {
  const width = frame.columns - 1;
  const lines = [
    headLine(progress, width, chalk),
    barLine(progress, history.ratePerSecond, width, chalk),
    seriesLine('fds', history.fds, formatCount, width, chalk),
    ...(history.anonBytes.length > 0
      ? [seriesLine('memory', history.anonBytes, formatBytes, width, chalk)]
      : []),
  ];
  const room = Math.max(1, frame.rows - 1);
  return lines.length <= room ? lines : lines.slice(1, 1 + room);
}

function headLine(progress: Progress, width: number, chalk: ChalkInstance): string {
  const { client, elapsedMs } = progress;
  const whose = client === undefined ? '' : `${client}: `;
  const time = formatDuration(elapsedMs);
  const words = cut(`${whose}${phaseWords(progress)}`, width - time.length - 2);
  return words === '' ? cut(time, width) : `${chalk.bold(words)}  ${chalk.dim(time)}`;
}

/** The bar gets what the words leave. */
function barLine(progress: Progress, rate: number | undefined, width: number, chalk: ChalkInstance): string {
  const { cyclesDone, cycles, durationMs, confirmCycles = 0 } = progress;
  const of = progress.watching
    ? ' connections'
    : durationMs === undefined
      ? `/${formatCount(cycles)}`
      : ' cycles';
  const further = confirmCycles > 0 ? ` +${formatCount(confirmCycles)}` : '';
  const words = [
    `${formatCount(cyclesDone)}${of}${further}`,
    ...(rate === undefined ? [] : [`${formatCount(rate)}/s`]),
    ...timeLeft(progress, rate),
  ];
  while (words.length > 1 && words.join('  ').length + MIN_BAR + 2 > width) words.pop();
  const text = cut(words.join('  '), width);
  // Others make the connections, and nobody knows how many are to come.
  if (progress.watching) return text;
  const room = Math.min(MAX_BAR, width - text.length - 2);
  if (room < MIN_BAR) return text;
  const filled = Math.round(shareDone(progress) * room);
  return `${chalk.cyan('█'.repeat(filled))}${chalk.dim('░'.repeat(room - filled))}  ${text}`;
}

function shareDone({ cyclesDone, cycles, durationMs, elapsedMs }: Progress): number {
  if (durationMs === undefined && cycles === 0) return 1;
  return Math.min(1, durationMs === undefined ? cyclesDone / cycles : elapsedMs / durationMs);
}

/** Only of the judged cycles: how long a server settles, and what there is to confirm, nobody knows. */
function timeLeft(progress: Progress, rate: number | undefined): string[] {
  const { phase, cyclesDone, cycles, durationMs, elapsedMs } = progress;
  if (phase !== 'cycles' || progress.watching) return [];
  const leftMs =
    durationMs !== undefined
      ? durationMs - elapsedMs
      : rate
        ? ((cycles - cyclesDone) / rate) * 1_000
        : Infinity;
  if (!Number.isFinite(leftMs) || leftMs < MIN_LEFT_MS) return [];
  return [`${roughly(leftMs)} left`];
}

/** An estimate has no tenths: "12 s", "3 min 20 s", "2 h 5 min". */
function roughly(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** "fds     ▁▂▃▅▇  7 → 507"; level ones as one number. */
function seriesLine(
  name: string,
  values: readonly number[],
  format: (value: number) => string,
  width: number,
  chalk: ChalkInstance,
): string {
  const [first, last] = [format(values[0] ?? 0), format(values.at(-1) ?? 0)];
  const text = first === last ? last : `${first} → ${last}`;
  const room = Math.min(MAX_BAR, width - LABEL - text.length - 2);
  if (room < 4) return cut(`${name.padEnd(LABEL)}${text}`, width);
  const line = sparkline(values, room, Math.max(8, Math.max(...values) / 10));
  return `${chalk.dim(name.padEnd(LABEL))}${chalk.cyan(line)}${' '.repeat(room - line.length)}  ${text}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : text.slice(0, Math.max(0, width));
}

const LABEL = 8;
const MIN_BAR = 6;
const MAX_BAR = 32;
const MIN_LEFT_MS = 500;

/**
 * A line of blocks, `width` of them at most, from the lowest to the highest of these values. What moves by less than
 * `leastRange` does not fill the height: noise must not look like a leak.
 */
function sparkline(values: readonly number[], width: number, leastRange: number): string {
  const columns = resample(values, width);
  const low = Math.min(...columns);
  const range = Math.max(leastRange, Math.max(...columns) - low);
  return columns.map(value => BLOCKS[Math.round(((value - low) / range) * (BLOCKS.length - 1))]).join('');
}

/** As many values as there are columns: the highest of those that fall on one, so that a peak is not lost. */
function resample(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width);
    const to = Math.floor(((column + 1) * values.length) / width);
    return Math.max(...values.slice(from, to));
  });
}

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
