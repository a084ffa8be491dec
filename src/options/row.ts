import { SHORT_SETTLE_MS } from '../verdict/rows.js';
import { type ClientName, FACTS } from '../workload/client-names.js';
import { ofRoutes } from '../workload/script.js';
import { askedForRoute } from './asked.js';
import type { Options } from './run.js';

/** What is left for the rows of a thorough run that are still to be made. */
export interface Left {
  readonly rows: number;
  readonly ms: number;
  /** Descriptors that the server may still open; undefined: no limit. */
  readonly fds: number | undefined;
  /** The server was seen to hold on for the whole of `--settle`, so it is not asked again whether it wakes up. */
  readonly holdsOn: boolean;
}

/** Fewer prove nothing. */
const MIN_FDS = 12;

/**
 * The options of one row: its share of the time and of the server's descriptors, so that a row that leaks leaves some
 * for the others. undefined: too few descriptors are left. Settling is cut short only where the server has
 * shown before that waiting is vain; whoever does that looks a second time.
 */
export function rowOptions(options: Options, client: ClientName, left: Left): Options | undefined {
  const facts = FACTS[client];
  if (left.fds !== undefined && left.fds < 2 * MIN_FDS) return undefined;
  const mostFds =
    left.fds === undefined ? undefined : Math.max(MIN_FDS, Math.floor(left.fds / (left.rows + 1)));
  const waitsForFirst =
    facts.waitsFor === 'handshake' || (facts.waitsFor === 'answer' && !options.script.meant);
  const waits = facts.pauses > 0 || client === 'half';
  return {
    ...options,
    clients: [client],
    seed: undefined,
    // Those that wait do so side by side; not for an answer, which would come the later.
    concurrency: waits ? Math.max(options.concurrency, SIDE_BY_SIDE) : options.concurrency,
    timeoutMs: waitsForFirst ? Math.min(options.timeoutMs, MAX_SILENCE_MS) : options.timeoutMs,
    warmup: mostFds === undefined ? options.warmup : Math.min(options.warmup, Math.ceil(mostFds / 4)),
    settleMs: left.holdsOn ? Math.min(options.settleMs, SHORT_SETTLE_MS) : options.settleMs,
    lateMs: left.holdsOn ? Math.min(options.settleMs, SHORT_SETTLE_MS) : options.lateMs,
    ...budgetOf(options, Math.max(MIN_BUDGET_MS, left.ms / Math.max(1, left.rows))),
    cycleTime: { leastMs: Math.max(MIN_CYCLES_MS, left.ms / Math.max(1, left.rows)), wholeMs: 0 },
    ...(mostFds === undefined ? {} : { mostFds }),
  };
}

/** The options of a row in which one client is connected and says nothing, while others come and go. */
export function silentOptions(options: Options, left: Left): Options | undefined {
  const row = rowOptions(options, 'fin', left);
  return row && { ...row, hold: 1, cycles: Math.min(row.cycles, CYCLES_BESIDE) };
}

/** Whether anybody else is served is told by a few. */
const CYCLES_BESIDE = 20;

/** The options of a row of one route, which these clients ask for in the order of a seed; undefined as above. */
export function routeOptions(
  options: Options,
  route: string,
  clients: Options['clients'],
  left: Left,
): Options | undefined {
  const row = rowOptions(options, 'reply', left);
  const script = ofRoutes(options.script, [route]);
  const [request] = script.http?.requests ?? [];
  return (
    row &&
    request && { ...row, clients, seed: options.seed, script, asked: askedForRoute(options.asked, request) }
  );
}

/**
 * The options of the mixed row, which has what is left. Its clients come side by side, as no row before has let them: a
 * server that takes one SIGCHLD for one child is found by nothing else. `routes`: they ask for these alone; none: for all.
 */
export function mixedOptions(
  options: Options,
  clients: readonly ClientName[],
  routes: readonly string[],
  left: Left,
): Options {
  return {
    ...options,
    ...(routes.length > 0 && { script: ofRoutes(options.script, routes) }),
    clients: clients as Options['clients'],
    concurrency: Math.max(options.concurrency, SIDE_BY_SIDE),
    cycles: Math.max(options.cycles, CYCLES_OF_MIX),
    ...budgetOf(options, left.ms / 2),
    cycleTime: { leastMs: left.ms / 2, wholeMs: 0 },
  };
}

const SIDE_BY_SIDE = 16;
/** A server that nobody has said to answer: so long is its silence listened to. */
const MAX_SILENCE_MS = 2_000;
const MIN_BUDGET_MS = 1_000;
/** Two seconds are what `half` waits for a server that does not close its side, the first time. */
const MIN_CYCLES_MS = 4_000;
/** From so many on memory has a trend. */
const CYCLES_OF_MIX = 1_000;

function budgetOf({ budgetMs }: Options, shareMs: number): Pick<Options, 'budgetMs' | 'heapBudgetMs'> {
  const ms = Math.min(budgetMs, shareMs);
  return { budgetMs: ms, heapBudgetMs: ms };
}
