import { count, duration, usage } from './values.js';

/** Options that say how much is done to the server at a time, as they are given. */
export interface RawLoadOptions {
  readonly cycles?: string | number | undefined;
  readonly duration?: string | undefined;
  readonly concurrency?: string | number | undefined;
  readonly rate?: string | undefined;
  readonly ramp?: string | undefined;
  readonly pause?: string | undefined;
  readonly latency?: boolean | undefined;
  readonly hold?: string | number | undefined;
  readonly holdEnd?: string | undefined;
}

/** The shape of the load. */
export interface Load {
  /** Cycles that are judged; with a duration the most that may be made in it. */
  readonly cycles: number;
  /** Nobody has said how many: some more are made where that takes the server past its limit of descriptors. */
  readonly passesLimit: boolean;
  /** Cycles are made until it is over; undefined: until all are made. */
  readonly durationMs: number | undefined;
  /** Clients at a time; with a rate the most connections that may be open at a time. */
  readonly concurrency: number;
  /** Cycles that begin in a second, whatever the server does; undefined: each client begins when it is done. */
  readonly ratePerSecond: number | undefined;
  /** In this time the rate, or else the number of clients, grows from 1. */
  readonly rampMs: number;
  readonly pauseMs: number;
  /** Whether times of connections and answers are recorded. */
  readonly latency: boolean;
  /** Silent clients that stay connected during the judged cycles. */
  readonly hold: number;
  /** How they go. */
  readonly holdEnd: 'fin' | 'rst';
}

export const LOAD_DEFAULTS = { cycles: 1_000, concurrency: 1, openAtRate: 256, pause: '0s' } as const;

/** @throws ChurnError `usage` for what is none, and for options that do not go together. */
export function parseLoad(raw: RawLoadOptions, usualCycles: number = LOAD_DEFAULTS.cycles): Load {
  requireSense(raw);
  const ratePerSecond = raw.rate === undefined ? undefined : rate(raw.rate);
  const usual = ratePerSecond === undefined ? LOAD_DEFAULTS.concurrency : LOAD_DEFAULTS.openAtRate;
  const load: Load = {
    cycles:
      raw.duration === undefined ? count('--cycles', raw.cycles ?? usualCycles, 1, MAX_CYCLES) : MAX_CYCLES,
    passesLimit: [raw.cycles, raw.duration, raw.rate, raw.pause].every(given => given === undefined),
    durationMs:
      raw.duration === undefined ? undefined : duration('--duration', raw.duration, 100, 604_800_000),
    concurrency: count('--concurrency', raw.concurrency ?? usual, 1, 10_000),
    ratePerSecond,
    rampMs: raw.ramp === undefined ? 0 : duration('--ramp', raw.ramp, 1, 86_400_000),
    pauseMs: duration('--pause', raw.pause ?? LOAD_DEFAULTS.pause, 0, 600_000),
    latency: raw.latency === true || [raw.rate, raw.duration, raw.ramp].some(given => given !== undefined),
    hold: raw.hold === undefined ? 0 : count('--hold', raw.hold, 1, 60_000),
    holdEnd: holdEnd(raw.holdEnd ?? 'fin'),
  };
  requireGrowth(raw, load);
  return load;
}

function requireSense(raw: RawLoadOptions): void {
  if (raw.duration !== undefined && raw.cycles !== undefined) {
    throw usage('--duration and --cycles both say when the cycles end.', 'Give one of them.');
  }
  if (raw.rate !== undefined && raw.pause !== undefined) {
    throw usage('--rate and --pause both say when a cycle begins.', 'Give one of them.');
  }
  if (raw.holdEnd !== undefined && raw.hold === undefined) {
    throw usage('--hold-end has no meaning without --hold.', 'For example --hold 100 --hold-end rst');
  }
}

function requireGrowth({ ramp }: RawLoadOptions, load: Load): void {
  if (ramp === undefined) return;
  if (load.ratePerSecond === undefined && load.concurrency === 1) {
    throw usage('--ramp has nothing that could grow.', 'Add --rate 100/s or --concurrency 16.');
  }
  if (load.durationMs !== undefined && load.rampMs > load.durationMs) {
    throw usage(
      '--ramp takes longer than --duration.',
      'Make it shorter: for example --ramp 2s --duration 10s',
    );
  }
}

/** Cycles per second of "100/s" or "90/m". */
function rate(given: string): number {
  const match = /^(\d+(?:\.\d+)?)\/(s|m)$/.exec(given.trim());
  const perSecond = match ? Number(match[1]) / (match[2] === 'm' ? 60 : 1) : 0;
  if (perSecond >= 1 / 60 && perSecond <= 100_000) return perSecond;
  throw usage(
    `--rate expects cycles per second from 1/m to 100000/s, got ${JSON.stringify(given)}.`,
    'For example --rate 100/s, --rate 90/m',
  );
}

function holdEnd(given: string): Load['holdEnd'] {
  if (given === 'fin' || given === 'rst') return given;
  throw usage(
    `--hold-end expects fin or rst, got ${JSON.stringify(given)}.`,
    'fin closes the held clients, rst resets them.',
  );
}

const MAX_CYCLES = 100_000_000;
