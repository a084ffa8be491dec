import type { Kind } from '../verdict/finding.js';
import { KINDS } from '../verdict/kinds.js';
import type { Policy } from '../verdict/policy.js';
import type { Script } from '../workload/script.js';
import { type Clients, parseClients, type RawClientOptions } from './client.js';
import { type GaugeSpec, parseGauges } from './gauge.js';
import { LOAD_DEFAULTS, type Load, parseLoad, type RawLoadOptions } from './load.js';
import { parseStart, type RawStartOptions, type Start } from './start.js';
import { count, duration, usage } from './values.js';

/** Options of `run` as they are given: text from a command line, or numbers from a program. */
export interface RawOptions extends RawClientOptions, RawLoadOptions, RawStartOptions {
  readonly port?: string | number | undefined;
  readonly host?: string | undefined;
  readonly unix?: string | undefined;
  readonly pid?: ReadonlyArray<string | number> | undefined;
  readonly behindProxy?: boolean | undefined;
  readonly timeout?: string | undefined;
  readonly wait?: string | undefined;
  readonly seed?: string | number | undefined;
  readonly thorough?: boolean | undefined;
  readonly warmup?: string | number | undefined;
  readonly rounds?: string | number | undefined;
  readonly settle?: string | undefined;
  readonly budget?: string | undefined;
  readonly confirm?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly failOn?: string | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly gauge?: readonly string[] | undefined;
  readonly allowRemote?: boolean | undefined;
}

/** Options that are known to be right. */
export interface Options extends Load {
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly unix: string | undefined;
  readonly pids: readonly number[];
  readonly behindProxy: boolean;
  readonly timeoutMs: number;
  /** Several are taken in random order. */
  readonly clients: Clients;
  readonly script: Script;
  /** Of that order; undefined: any will do. */
  readonly seed: number | undefined;
  readonly warmup: number;
  readonly rounds: number;
  readonly settleMs: number;
  /** How long what sleeps with a timeout is waited for before the server is accused; `--settle` sets it too. */
  readonly lateMs: number;
  /** Time for confirming; 0 with `--no-confirm`. */
  readonly budgetMs: number;
  /** The same for a server with a heap that is collected, which needs more cycles before it tells anything. */
  readonly heapBudgetMs: number;
  readonly policy: Policy;
  /** Numbers that the server itself exposes, and that must come back too. */
  readonly gauges: readonly GaugeSpec[];
  /** A server that cannot be looked into may be judged by its gauges. */
  readonly allowRemote: boolean;
  /** Every client in turn, and the time for all of them. */
  readonly thorough: { readonly wholeMs: number } | undefined;
  /** The server that is started for it; undefined: one that runs already. */
  readonly start: Start | undefined;
  /** Descriptors that this run may use up of the server; undefined: as many as its limit leaves. */
  readonly mostFds?: number;
  /** No further round of cycles is begun after this time; undefined: all are made, however long they take. */
  readonly mostMs?: number;
}

export const DEFAULTS = {
  ...LOAD_DEFAULTS,
  timeout: '5s',
  client: 'fin',
  wait: '10ms',
  warmup: 10,
  rounds: 12,
  settle: '5s',
  budget: '10s',
} as const;

/** Node fills its young generation for some 25 000 connections before it is level. */
export const HEAP_BUDGET = '20s';

/** Lookups, registrations and idle clients are given up within half a minute by nearly all servers that close late. */
const LATE_MS = 30_000;

/** Of `--thorough`, where they differ: cycles of each client, and the time for all that is done. */
export const THOROUGH_DEFAULTS = { cycles: 200, budget: '30s' } as const;

/** @throws ChurnError `usage` that names the option, what was expected and what came. */
export function parseOptions(raw: RawOptions): Options {
  const waitMs = duration('--wait', raw.wait ?? DEFAULTS.wait, 0, 600_000);
  const { cycles } = raw.thorough ? THOROUGH_DEFAULTS : LOAD_DEFAULTS;
  const start = parseStart(raw);
  requireOneServer(raw);
  requireNoOrder(raw);
  return {
    ...parseAddress(raw),
    ...parseLoad(raw, cycles),
    ...parseClients(raw, waitMs, raw.hold !== undefined),
    seed: raw.seed === undefined ? undefined : count('--seed', raw.seed, 0, 0xffff_ffff),
    timeoutMs: duration('--timeout', raw.timeout ?? DEFAULTS.timeout, 10, 600_000),
    warmup: count('--warmup', raw.warmup ?? DEFAULTS.warmup, 0, 1_000_000),
    rounds: count('--rounds', raw.rounds ?? DEFAULTS.rounds, 6, 1_000),
    ...parseSettle(raw),
    ...parseBudget(raw),
    policy: parsePolicy(raw),
    start,
    gauges: parseGauges(raw.gauge),
    allowRemote: raw.allowRemote ?? false,
  };
}

/** Whoever names a time says how long his server may take; nobody names one for a server that he does not know. */
function parseSettle({ settle }: RawOptions): Pick<Options, 'settleMs' | 'lateMs'> {
  const settleMs = duration('--settle', settle ?? DEFAULTS.settle, 0, 3_600_000);
  return { settleMs, lateMs: settle === undefined ? LATE_MS : settleMs };
}

/** The time for confirming; in a thorough run `--budget` is the time for all. */
function parseBudget({
  confirm,
  budget,
  thorough,
}: RawOptions): Pick<Options, 'budgetMs' | 'heapBudgetMs' | 'thorough'> {
  const given = (preset: string) => duration('--budget', budget ?? preset, 0, 86_400_000);
  return {
    budgetMs: confirm === false ? 0 : given(DEFAULTS.budget),
    heapBudgetMs: confirm === false ? 0 : given(HEAP_BUDGET),
    thorough: thorough ? { wholeMs: given(THOROUGH_DEFAULTS.budget) } : undefined,
  };
}

function requireOneServer({ allowRemote, command }: RawOptions): void {
  if (!allowRemote || command === undefined) return;
  throw usage(
    '--allow-remote judges a server that runs already, by its address; the command behind -- starts another.',
    'Leave out --allow-remote: a server that churn starts can be looked into.',
  );
}

function requireNoOrder(raw: RawOptions): void {
  const { thorough, seed, client } = raw;
  if (!thorough) return;
  const shape = (['duration', 'rate', 'ramp', 'hold'] as const).find(name => raw[name] !== undefined);
  if (shape !== undefined) {
    throw usage(
      `--${shape} does not go with --thorough, which gives every client the same cycles.`,
      `Use --cycles and --budget, or --${shape} with one --client.`,
    );
  }
  if (raw.gauge !== undefined) {
    throw usage(
      '--gauge does not go with --thorough: a number does not tell whose it is, and a pool that one client has used up would hide what the next ones leave.',
      'Use it with one --client at a time, on a server that was started anew.',
    );
  }
  if (raw.allowRemote) {
    throw usage(
      '--allow-remote does not go with --thorough, whose rows begin with what the server holds, and that cannot be seen from afar.',
      'Use it with one --client at a time.',
    );
  }
  if (seed === undefined || client !== undefined) return;
  throw usage(
    '--seed has no meaning with --thorough, which takes the clients one after the other.',
    'Leave out --seed. For a random order: --client fin,rst,half --seed 7',
  );
}

/** The part of the options that says who is under test; `inspect` takes only these. */
export function parseAddress(
  raw: RawOptions,
): Pick<Options, 'port' | 'host' | 'unix' | 'pids' | 'behindProxy'> {
  const pids = (raw.pid ?? []).map(pid => count('--pid', pid, 1, 4_194_304));
  if (raw.command === undefined && raw.port === undefined && raw.unix === undefined && pids.length === 0) {
    throw usage('No server was named.', 'Name the port that it listens on: churn --port 9000');
  }
  if (raw.port !== undefined && raw.unix !== undefined) {
    throw usage('--port and --unix name two different servers.', 'Give one of them.');
  }
  if (raw.unix !== undefined && raw.host !== undefined) {
    throw usage('--host has no meaning with --unix.', 'Leave out --host.');
  }
  if (raw.unix !== undefined && raw.hold !== undefined) {
    throw usage(
      '--hold tells who is kept by the ports of its connections, and Unix sockets have none.',
      'Use --port.',
    );
  }
  if (raw.unix === '') throw usage('--unix expects a path, got "".', 'For example --unix /run/app.sock');
  if (raw.host === '') throw usage('--host expects an address, got "".', 'For example --host 127.0.0.1');
  if (raw.command !== undefined && pids.length > 0) {
    throw usage('--pid names a server that runs; the command behind -- starts another.', 'Give one of them.');
  }
  if (raw.behindProxy && pids.length === 0) {
    throw usage('--behind-proxy needs the pid of the server behind the proxy.', 'Add --pid N.');
  }
  return {
    port:
      raw.port === undefined || (raw.port === 'auto' && raw.command)
        ? undefined
        : count('--port', raw.port, 1, 65_535),
    host: raw.host,
    unix: raw.unix,
    pids,
    behindProxy: raw.behindProxy ?? false,
  };
}

function parsePolicy(raw: RawOptions): Policy {
  const failOn = raw.failOn?.split(',').map(name => kind('--fail-on', name.trim()));
  const allow: Partial<Record<Kind, number>> = {};
  for (const rule of raw.allow ?? []) {
    const [name = '', ...numbers] = rule.split('=');
    allow[kind('--allow', name)] = count(`--allow ${name}`, numbers.join('='), 0, Number.MAX_SAFE_INTEGER);
  }
  return { strict: raw.strict ?? false, failOn, allow };
}

function kind(option: string, name: string): Kind {
  if ((KINDS as readonly string[]).includes(name)) return name as Kind;
  throw usage(
    `${option} expects a kind of finding, got ${JSON.stringify(name)}.`,
    `The kinds are: ${KINDS.join(', ')}.`,
  );
}
