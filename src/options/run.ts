import { KINDS } from '../verdict/kinds.js';
import type { Policy } from '../verdict/policy.js';
import { FACTS, usesOf } from '../workload/client-names.js';
import type { Script } from '../workload/script.js';
import { type Asked, askedBy } from './asked.js';
import { type Clients, parseClients } from './client.js';
import { type GaugeSpec, parseGauges } from './gauge.js';
import { type CycleTime, type Load, parseLoad } from './load.js';
import { count, type Raw, reader, requireSense, usage } from './option.js';
import { changesThings } from './request.js';
import { parseStart, type Start } from './start.js';
import { CYCLES, HEAP_BUDGET, JUDGING, type RawCommand, RUN, TARGET, THOROUGH_DEFAULTS } from './table.js';
import { parseUrlTarget, type UrlTarget } from './url.js';

/** Options of `run` as they are given: text from a command line, or numbers from a program. Files have been read. */
export interface RawOptions extends Raw<typeof RUN>, RawCommand {}

interface Address {
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly unix: string | undefined;
  readonly pids: readonly number[];
  readonly behindProxy: boolean;
  /** How long it may take until somebody listens there. */
  readonly waitForMs: number;
}

/** Options that are known to be right. */
export interface Options extends Address, Load {
  readonly timeoutMs: number;
  /** Several are taken in random order. */
  readonly clients: Clients;
  readonly script: Script;
  /** What was said of them, as words. */
  readonly asked: Asked;
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
  /** After a failure, where in the code that is. */
  readonly where: boolean;
  /** The pages of net/http/pprof, where they are not on the port under test. */
  readonly pprof: string | undefined;
  /** A server that cannot be looked into may be judged by its gauges. */
  readonly allowRemote: boolean;
  /** Every client in turn, and the time for all of them. */
  readonly thorough: { readonly wholeMs: number } | undefined;
  /** The server that is started for it; undefined: one that runs already. */
  readonly start: Start | undefined;
  /** Descriptors that this run may use up of the server; undefined: as many as its limit leaves. */
  readonly mostFds?: number;
  /** undefined: all cycles are made, however long they take. */
  readonly cycleTime?: CycleTime | undefined;
  /** Connections that may be made in all, and why no more; undefined: as many as it takes. */
  readonly atMost: AtMost | undefined;
}

export interface AtMost {
  readonly connections: number;
  /** `method`: the request changes something, so that it is made no more often than was asked for. */
  readonly because: 'option' | 'method';
}

/** Those that take everything else apart are told of first; then what has no meaning alone. */
const ABOVE_ALL = {
  allowRemote: JUDGING.allowRemote,
  thorough: CYCLES.thorough,
  where: JUDGING.where,
  pprof: JUDGING.pprof,
};

/** @throws ChurnError `usage` that names the option, what was expected and what came. */
export function parseOptions(given: RawOptions): Options {
  const { raw, url } = withUrl(given);
  const value = reader(RUN, raw);
  const waitMs = value('wait');
  const start = parseStart(raw);
  requireSense(ABOVE_ALL, raw);
  const address = parseAddress(raw);
  const clients = parseClients(raw, waitMs, raw.hold !== undefined, url);
  const load = withinMost(parseLoad(raw), value('warmup'), raw, clients);
  return {
    ...address,
    ...clients,
    asked: askedBy(raw, given.url, url),
    ...load,
    cycleTime: cycleTimeOf(raw, load, clients),
    seed: value('seed'),
    timeoutMs: value('timeout'),
    rounds: value('rounds'),
    ...parseSettle(raw),
    ...parseBudget(raw),
    ...(isCappedByTime(raw, clients) ? { budgetMs: 0, heapBudgetMs: 0 } : {}),
    policy: parsePolicy(raw, KINDS, 'The kinds are:'),
    start,
    gauges: parseGauges(raw.gauge),
    where: value('where') ?? false,
    pprof: value('pprof'),
    allowRemote: value('allowRemote') ?? false,
  };
}

/**
 * The load, and the warm-up before it, within what may be made in all. Nobody who asks for 100 orders wants 110, so the
 * warm-up is a part of them there.
 *
 * @throws ChurnError `usage` where that leaves nothing to judge.
 */
function withinMost(
  load: Load,
  warmup: number,
  raw: RawOptions,
  { clients, script }: Pick<Options, 'clients' | 'script'>,
): Load & Pick<Options, 'warmup' | 'atMost'> {
  const most = reader(RUN, raw)('atMost');
  const changes = mayChange(raw, { clients, script });
  const isCounted = changes && raw.confirm !== true && load.durationMs === undefined;
  if (changes && raw.thorough && raw.confirm !== true) {
    throw usage(
      '--thorough makes this request with several clients, so more often than --cycles says, and it may change something.',
      'If that is all right, add --confirm.',
    );
  }
  if (most === undefined && !isCounted) return { ...load, warmup, atMost: undefined };
  const connections = Math.min(most ?? Infinity, isCounted ? load.cycles : Infinity);
  if (connections < 2) {
    throw usage('One connection is too few to tell anything.', 'For example --at-most 200');
  }
  const before = Math.min(warmup, Math.floor(connections / 2));
  return {
    ...load,
    cycles: Math.min(load.cycles, connections - before),
    warmup: before,
    atMost: { connections, because: most === connections ? 'option' : 'method' },
  };
}

/** Some client of the run makes a request that may change something. */
function mayChange(raw: RawOptions, { clients, script }: Pick<Options, 'clients' | 'script'>): boolean {
  const sends = usesOf(clients, false).sends || raw.hold !== undefined;
  return sends && script.meant && script.http !== undefined && changesThings(script.http);
}

/** Of such a request no further ones are made after the time that was named. */
function isCappedByTime(raw: RawOptions, asked: Pick<Options, 'clients' | 'script'>): boolean {
  return raw.duration !== undefined && raw.confirm !== true && mayChange(raw, asked);
}

/**
 * A server that takes 3 s for an answer would keep a run of 1000 cycles for 50 minutes, where a minute shows the same. What
 * takes long because it was asked for is made to its end: many cycles, a pace, a wait of the clients, a `--budget`.
 */
function cycleTimeOf(
  raw: RawOptions,
  { cycles }: Load,
  { clients }: Pick<Options, 'clients'>,
): CycleTime | undefined {
  const isOwnPace = [raw.duration, raw.rate, raw.thorough].some(
    given => given !== undefined && given !== false,
  );
  const waits = reader(RUN, raw)('pause') > 0 || clients.some(client => FACTS[client].pauses > 0);
  if (isOwnPace || waits) return undefined;
  const givenMs = raw.budget === undefined ? 0 : reader(RUN, raw)('budget');
  return {
    leastMs: Math.max(LEAST_MS, givenMs),
    wholeMs: Math.max(WHOLE_MS, cycles * SLOW_CYCLE_MS, givenMs),
  };
}

const LEAST_MS = 60_000;
const WHOLE_MS = 300_000;
/** A thousand of them take five minutes. */
const SLOW_CYCLE_MS = 300;

/** The options as they would be without a URL, and what that says beside the address. */
export function withUrl<R extends Raw<typeof TARGET>>(
  given: R,
): { readonly raw: R; readonly url: UrlTarget } {
  if (given.url === undefined) return { raw: given, url: { isSecure: false } };
  requireSense({ url: TARGET.url }, given);
  const url = parseUrlTarget(reader(TARGET, given)('url') ?? '');
  const { port, unix } = url;
  // "localhost" is where the port is open, be that 127.0.0.1 or ::1.
  const host = given.host ?? (url.host === 'localhost' ? undefined : url.host);
  return { raw: { ...given, url: undefined, port, unix, host }, url };
}

/** Whoever names a time says how long his server may take; nobody names one for a server that he does not know. */
function parseSettle(raw: RawOptions): Pick<Options, 'settleMs' | 'lateMs'> {
  const settleMs = reader(RUN, raw)('settle');
  return { settleMs, lateMs: raw.settle === undefined ? LATE_MS : settleMs };
}

/** Lookups, registrations and idle clients are given up within half a minute by nearly all servers that close late. */
const LATE_MS = 30_000;

/** The time for confirming; in a thorough run `--budget` is the time for all. */
function parseBudget(raw: RawOptions): Pick<Options, 'budgetMs' | 'heapBudgetMs' | 'thorough'> {
  const value = reader(RUN, raw);
  return {
    budgetMs: raw.confirm === false ? 0 : value('budget'),
    heapBudgetMs: raw.confirm === false ? 0 : value('budget', HEAP_BUDGET),
    thorough: raw.thorough ? { wholeMs: value('budget', THOROUGH_DEFAULTS.budget) } : undefined,
  };
}

/**
 * The part of the options that says who is under test; `inspect` takes only these.
 * @throws ChurnError `usage` where no server is named, or two of them are.
 */
export function parseAddress(given: Raw<typeof TARGET> & Raw<typeof CYCLES> & RawCommand): Address {
  const { raw } = withUrl(given);
  const value = reader(TARGET, raw);
  const pids = value('pid') ?? [];
  if (raw.command === undefined && raw.port === undefined && raw.unix === undefined && pids.length === 0) {
    throw usage(
      'No server was named.',
      'Name it by its port or its URL: churn 9000, churn http://localhost:3000/',
    );
  }
  requireSense(TARGET, { ...raw, pid: pids.length > 0 ? pids : undefined });
  return {
    unix: value('unix'),
    host: value('host'),
    pids,
    behindProxy: value('behindProxy') ?? false,
    waitForMs: value('waitFor') ?? 0,
    port: raw.port === 'auto' && raw.command ? undefined : value('port'),
  };
}

/** Which findings fail, among the kinds of a server or those of a client. */
export function parsePolicy<K extends string>(
  { strict = false, failOn, allow = [] }: Pick<Raw<typeof JUDGING>, 'strict' | 'failOn' | 'allow'>,
  kinds: readonly K[],
  theseAre: string,
) {
  const kind = (option: string, name: string): K => {
    const known = kinds.find(candidate => candidate === name);
    if (known) return known;
    throw usage(
      `${option} expects a kind of finding, got ${JSON.stringify(name)}.`,
      `${theseAre} ${kinds.join(', ')}.`,
    );
  };
  const failing = failOn?.split(',').map(name => kind('--fail-on', name.trim()));
  const allowed: Partial<Record<K, number>> = {};
  for (const rule of allow) {
    const [name = '', ...numbers] = rule.split('=');
    const option = `--allow ${name}`;
    const most = Number.MAX_SAFE_INTEGER;
    allowed[kind('--allow', name)] = count(option, numbers.join('='), 0, most, `${option}=10`);
  }
  return { strict, failOn: failing, allow: allowed };
}
