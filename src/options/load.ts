import { CLIENT_NAMES, type ClientName } from '../workload/client-names.js';
import { type Raw, reader, requireSense, type Table } from './table.js';
import { oneOf, SWITCH, text, time, usage, type Value, whole } from './values.js';

/** With a rate, the most connections that may be open at a time. */
const OPEN_AT_RATE = 256;
const MAX_CYCLES = 100_000_000;

/** Of `--thorough`, where they differ: cycles of each client, and the time for all that is done. */
export const THOROUGH_DEFAULTS = { cycles: 200, budget: '30s' } as const;

/** What is done to the server, and how much of it at a time. */
export const CYCLES = {
  cycles: {
    short: '-n',
    value: whole(1, MAX_CYCLES, 1_000),
    default: 1_000,
    help: 'cycles that are judged',
  },
  duration: {
    value: time(100, 604_800_000),
    help: 'make cycles for so long, instead of --cycles',
    notWith: { cycles: ['--duration and --cycles both say when the cycles end.', 'Give one of them.'] },
  },
  concurrency: {
    short: '-c',
    value: whole(1, 10_000, 16),
    default: 1,
    help: `connections at a time (default: 1; with --rate at most ${OPEN_AT_RATE})`,
  },
  rate: {
    value: rate(),
    help: 'begin so many cycles a second, whatever the server does',
    notWith: { pause: ['--rate and --pause both say when a cycle begins.', 'Give one of them.'] },
  },
  ramp: {
    value: time(1, 86_400_000),
    help: 'let the rate, or the concurrency, grow from 1 for so long',
  },
  latency: {
    value: SWITCH,
    help: 'tell how long connections and answers took (with --rate it is told anyway)',
  },
  hold: {
    value: whole(1, 60_000, 100),
    help: 'keep so many silent clients connected during the cycles',
  },
  holdEnd: {
    value: oneOf('<how>', ['fin', 'rst'], 'fin or rst', 'fin closes the held clients, rst resets them.'),
    default: 'fin',
    help: 'how they go: fin or rst',
    needs: { hold: ['--hold-end has no meaning without --hold.', 'For example --hold 100 --hold-end rst'] },
  },
  client: {
    value: text<ClientName | readonly ClientName[]>('<names>', CLIENT_NAMES),
    default: 'fin',
    help: `what the clients do: ${CLIENT_NAMES.join(', ')}`,
  },
  thorough: {
    value: SWITCH,
    help: `every client in turn, ${THOROUGH_DEFAULTS.cycles} cycles each, --budget (${THOROUGH_DEFAULTS.budget}) for all`,
    notWith: {
      duration: sameCycles('duration'),
      rate: sameCycles('rate'),
      ramp: sameCycles('ramp'),
      hold: sameCycles('hold'),
      gauge: [
        '--gauge does not go with --thorough: a number does not tell whose it is, and a pool that one client has used up would hide what the next ones leave.',
        'Use it with one --client at a time, on a server that was started anew.',
      ],
      allowRemote: [
        '--allow-remote does not go with --thorough, whose rows begin with what the server holds, and that cannot be seen from afar.',
        'Use it with one --client at a time.',
      ],
      client: namesOne('client'),
      seed: [
        '--seed has no meaning with --thorough, which takes the clients one after the other.',
        'Leave out --seed. For a random order: --client fin,rst,half --seed 7',
      ],
      tls: namesOne('tls'),
    },
  },
  seed: {
    value: whole(0, 0xffff_ffff),
    help: 'order in which several clients are taken (default: a random one, which is printed)',
  },
  wait: { value: time(0, 600_000), default: '10ms', help: 'how long the clients idle and drip wait' },
  timeout: { value: time(10, 600_000), default: '5s', help: 'deadline of one cycle' },
  pause: {
    value: time(0, 600_000),
    default: '0s',
    help: 'wait between two cycles of a client (default: none)',
  },
} as const satisfies Table;

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

/** @throws ChurnError `usage` for what is none, and for options that do not go together. */
export function parseLoad(raw: Raw<typeof CYCLES>): Load {
  requireSense(CYCLES, raw);
  const value = reader(CYCLES, raw);
  const ratePerSecond = value('rate');
  const usualCycles = raw.thorough ? THOROUGH_DEFAULTS.cycles : undefined;
  const load: Load = {
    cycles: raw.duration === undefined ? value('cycles', usualCycles) : MAX_CYCLES,
    passesLimit: [raw.cycles, raw.duration, raw.rate, raw.pause].every(given => given === undefined),
    durationMs: value('duration'),
    concurrency: value('concurrency', ratePerSecond === undefined ? undefined : OPEN_AT_RATE),
    ratePerSecond,
    rampMs: value('ramp') ?? 0,
    pauseMs: value('pause'),
    latency: raw.latency === true || [raw.rate, raw.duration, raw.ramp].some(given => given !== undefined),
    hold: value('hold') ?? 0,
    holdEnd: value('holdEnd'),
  };
  if (raw.ramp !== undefined) requireGrowth(load);
  return load;
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

/** Cycles per second of "100/s" or "90/m". */
function rate(): Value<string, number, `${number}/${'s' | 'm'}`> {
  return {
    placeholder: '<n/s>',
    read: (option, given) => {
      const match = /^(\d+(?:\.\d+)?)\/(s|m)$/.exec(given.trim());
      const perSecond = match ? Number(match[1]) / (match[2] === 'm' ? 60 : 1) : 0;
      if (perSecond >= 1 / 60 && perSecond <= 100_000) return perSecond;
      throw usage(
        `${option} expects cycles per second from 1/m to 100000/s, got ${JSON.stringify(given)}.`,
        'For example --rate 100/s, --rate 90/m',
      );
    },
  };
}

/** A refusal of `--thorough`, for what gives the load another shape. */
function sameCycles(name: string) {
  return [
    `--${name} does not go with --thorough, which gives every client the same cycles.`,
    `Use --cycles and --budget, or --${name} with one --client.`,
  ] as const;
}

/** The same for what names a client. */
function namesOne(name: string) {
  return [
    `--thorough takes every client in turn, and --${name} names one.`,
    `Leave out --${name}, or --thorough.`,
  ] as const;
}
