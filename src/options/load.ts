import { type Raw, reader, requireSense, usage } from './option.js';
import { parseSources } from './sources.js';
import { CYCLES, MAX_CYCLES, OPEN_AT_RATE, THOROUGH_DEFAULTS } from './table.js';

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
  /** Threads of our own that share them. */
  readonly workers: number;
  /** Addresses that connections come from; none: the one that the kernel takes. */
  readonly sources: readonly string[];
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

/** The same where --workers is auto, on a machine of so many CPUs: one is the server's. */
export function withWorkers<R extends Raw<Pick<typeof CYCLES, 'workers'>>>(raw: R, cpus: number): R {
  return raw.workers === 'auto' ? { ...raw, workers: Math.max(1, cpus - 1) } : raw;
}

/** How long cycles are made although not all of those that were asked for have been. */
export interface CycleTime {
  /** Not less than this, … */
  readonly leastMs: number;
  /** … and no longer only where all of them would take more than this. */
  readonly wholeMs: number;
}

/** Whether it is over: at the pace so far all that are `wanted` would take too long, and enough time went into seeing that. */
export function isTimeUp(
  { leastMs, wholeMs }: CycleTime,
  { elapsedMs, made, wanted }: { readonly elapsedMs: number; readonly made: number; readonly wanted: number },
): boolean {
  return elapsedMs >= leastMs && elapsedMs * wanted > wholeMs * made;
}

/** @throws ChurnError `usage` for what is none, and for options that do not go together. */
export function parseLoad(raw: Raw<typeof CYCLES>): Load {
  requireSense(CYCLES, raw);
  const value = reader(CYCLES, raw);
  const ratePerSecond = value('rate');
  const workers = value('workers');
  const usualCycles = raw.thorough ? THOROUGH_DEFAULTS.cycles : undefined;
  const load: Load = {
    cycles: raw.duration === undefined ? value('cycles', usualCycles) : MAX_CYCLES,
    passesLimit: [raw.cycles, raw.duration, raw.rate, raw.pause].every(given => given === undefined),
    durationMs: value('duration'),
    concurrency: value('concurrency', ratePerSecond === undefined ? workers : OPEN_AT_RATE),
    workers,
    sources: raw.source === undefined ? [] : parseSources(raw.source),
    ratePerSecond,
    rampMs: value('ramp') ?? 0,
    pauseMs: value('pause'),
    latency: raw.latency === true || [raw.rate, raw.duration, raw.ramp].some(given => given !== undefined),
    hold: value('hold') ?? 0,
    holdEnd: value('holdEnd'),
  };
  if (raw.ramp !== undefined) requireGrowth(load);
  requireWork(load);
  return load;
}

/** Each worker has a client at least, and each address somebody who uses it. */
function requireWork({ workers, concurrency, sources, hold }: Load): void {
  if (concurrency < workers) {
    throw usage(
      `--concurrency ${concurrency} leaves some of ${workers} workers without a client.`,
      `Use --concurrency ${workers} or more, or fewer --workers.`,
    );
  }
  if (sources.length > workers && hold === 0) {
    throw usage(
      `--source names ${sources.length} addresses, and ${workers === 1 ? 'one worker uses one' : `${workers} workers use ${workers}`} of them.`,
      `Add --workers ${sources.length}, or name fewer addresses. Clients of --hold use all of them.`,
    );
  }
}

function requireGrowth(load: Load): void {
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
