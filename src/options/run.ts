import type { Policy } from '../verdict/policy.js';
import type { Script } from '../workload/script.js';
import { type Clients, parseClients, SAID } from './client.js';
import { type GaugeSpec, parseGauges } from './gauge.js';
import { HEAP_BUDGET, JUDGING, parsePolicy } from './judging.js';
import { CYCLES, type Load, parseLoad, THOROUGH_DEFAULTS } from './load.js';
import { parseStart, START, type Start } from './start.js';
import { type Raw, reader, requireSense, type Table } from './table.js';
import { type Address, parseAddress, type RawCommand, TARGET } from './target.js';

/** Every option of `run`. */
export const RUN = { ...TARGET, ...START, ...CYCLES, ...SAID, ...JUDGING } as const satisfies Table;

/** Options of `run` as they are given: text from a command line, or numbers from a program. */
export interface RawOptions extends Raw<typeof RUN>, RawCommand {}

/** Options that are known to be right. */
export interface Options extends Address, Load {
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

/** Two that take everything else apart, so they are told of first. */
const ABOVE_ALL = { allowRemote: JUDGING.allowRemote, thorough: CYCLES.thorough };

/** @throws ChurnError `usage` that names the option, what was expected and what came. */
export function parseOptions(raw: RawOptions): Options {
  const value = reader(RUN, raw);
  const waitMs = value('wait');
  const start = parseStart(raw);
  requireSense(ABOVE_ALL, raw);
  return {
    ...parseAddress(raw),
    ...parseLoad(raw),
    ...parseClients(raw, waitMs, raw.hold !== undefined),
    seed: value('seed'),
    timeoutMs: value('timeout'),
    warmup: value('warmup'),
    rounds: value('rounds'),
    ...parseSettle(raw),
    ...parseBudget(raw),
    policy: parsePolicy(raw),
    start,
    gauges: parseGauges(raw.gauge),
    allowRemote: value('allowRemote') ?? false,
  };
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
