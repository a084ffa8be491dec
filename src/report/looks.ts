import { Chalk, type ChalkInstance } from 'chalk';
import { formatAge, formatBytes, formatCount } from '../units.js';
import { type Inspection, paintShare } from './inspection.js';

/** What of one look is compared with the next one. */
export interface Look {
  readonly atMs: number;
  /** Time of day. */
  readonly clock: string;
  readonly fds: number;
  /** Of the process that has most, which is the first to come to its limit. */
  readonly fullestFds: number;
  readonly limit: number | null;
  /** TCP sockets by state, but those that listen. */
  readonly states: Readonly<Record<string, number>>;
  readonly threads: number;
  readonly children: number;
  readonly rssBytes: number | undefined;
}

export function lookOf({ processes, limits }: Inspection, atMs: number, clock: string): Look {
  const sum = (of: (process: Inspection['processes'][number]) => number) =>
    processes.reduce((total, process) => total + of(process), 0);
  const states: Record<string, number> = {};
  for (const [kind, count] of processes.flatMap(({ fdKinds }) => Object.entries(fdKinds))) {
    const state = kind.startsWith('tcp ') ? kind.slice('tcp '.length) : 'LISTEN';
    if (state !== 'LISTEN') states[state] = (states[state] ?? 0) + count;
  }
  return {
    ...{ atMs, clock, states, limit: limits.openFiles },
    fds: sum(({ fds }) => fds),
    fullestFds: Math.max(0, ...processes.map(({ fds }) => fds)),
    threads: sum(({ threads }) => threads),
    children: processes.length - 1,
    rssBytes: processes.some(({ rssBytes }) => rssBytes === null)
      ? undefined
      : sum(({ rssBytes }) => rssBytes ?? 0),
  };
}

/** How descriptors change, told from enough looks. */
interface Growth {
  readonly perMinute: number;
  /** Until the limit at this pace; undefined: it does not rise steadily, or there is no limit. */
  readonly limitInMs: number | undefined;
}

/**
 * From the first look to the last. A forecast needs a rise that is one: in most of the steps, and not above what the last
 * look shows, since a crowd that has come and gone rises too.
 */
export function growthOf(looks: readonly Look[]): Growth | undefined {
  const [first, last] = [looks.at(0), looks.at(-1)];
  if (!first || !last || last.atMs <= first.atMs) return undefined;
  const perMs = (of: 'fds' | 'fullestFds') => (last[of] - first[of]) / (last.atMs - first.atMs);
  const steps = looks.slice(1).map((look, at) => look.fullestFds - (looks[at]?.fullestFds ?? 0));
  const rising = steps.filter(step => step > 0).length;
  const isSteady =
    steps.length >= MIN_STEPS &&
    rising >= steps.length / 2 &&
    looks.every(({ fullestFds }) => fullestFds <= last.fullestFds);
  const left = last.limit === null ? undefined : last.limit - last.fullestFds;
  return {
    perMinute: perMs('fds') * 60_000,
    limitInMs: isSteady && left !== undefined ? left / perMs('fullestFds') : undefined,
  };
}

const MIN_STEPS = 4;

/** One look in one line, with what has grown since the first one. */
export function lookLine(looks: readonly Look[], colorLevel: 0 | 1 | 2 | 3): string {
  const look = looks.at(-1);
  return look ? cellsOf(look, looks, new Chalk({ level: colorLevel })).join('  ') : '';
}

function cellsOf(look: Look, looks: readonly Look[], chalk: ChalkInstance): string[] {
  const share = look.limit === null ? undefined : look.fullestFds / look.limit;
  const paint = (text: string) => paintShare(text, share, chalk);
  const growth = growthOf(looks);
  const states = Object.entries(look.states).map(([state, count]) => {
    const text = `${formatCount(count)} ${state}`;
    return state === 'CLOSE_WAIT' ? chalk.red(text) : text;
  });
  return [
    chalk.dim(look.clock),
    `fds ${paint(`${formatCount(look.fds)}${share === undefined ? '' : ` (${Math.round(100 * share)} %)`}`)}`,
    ...(growth ? [perMinute(growth.perMinute)] : []),
    ...(growth?.limitInMs === undefined ? [] : [chalk.yellow(`limit in ${formatAge(growth.limitInMs)}`)]),
    `threads ${look.threads}`,
    ...(look.children > 0 ? [`children ${look.children}`] : []),
    ...(look.rssBytes === undefined ? [] : [formatBytes(look.rssBytes)]),
    ...(states.length > 0 ? [states.join(', ')] : []),
  ];
}

/** "+34/min"; what is less than one in ten minutes is nothing yet. */
function perMinute(rate: number): string {
  if (Math.abs(rate) < 0.1) return '±0/min';
  const size = Math.abs(rate) < 10 ? Math.abs(rate).toFixed(1) : formatCount(Math.abs(rate));
  return `${rate < 0 ? '−' : '+'}${size}/min`;
}
