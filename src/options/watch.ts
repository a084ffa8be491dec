import { JUDGING } from './judging.js';
import { CYCLES } from './load.js';
import { type Options, parseOptions } from './run.js';
import { type Raw, reader, type Table } from './table.js';
import { type RawCommand, TARGET } from './target.js';
import { usage } from './values.js';

/** Somebody else makes the connections. */
export const WATCHING = {
  duration: {
    value: CYCLES.duration.value,
    help: 'watch for so long; a load that still runs is ended then',
  },
  settle: JUDGING.settle,
  budget: {
    value: JUDGING.budget.value,
    default: '30s',
    help: 'time for running the load again, where growth has to recur',
  },
  confirm: { value: JUDGING.confirm.value, help: 'run the load once and not again' },
  strict: JUDGING.strict,
  failOn: JUDGING.failOn,
  allow: JUDGING.allow,
  gauge: JUDGING.gauge,
} as const satisfies Table;

export const WATCH = { ...TARGET, ...WATCHING } as const satisfies Table;

/** Options of `watch` as they are given. `command` is the load; without one others make it. */
export interface RawWatchOptions extends Raw<typeof WATCH>, RawCommand {}

/** Options of `watch` that are known to be right. */
export interface WatchOptions
  extends Pick<
    Options,
    | 'port'
    | 'host'
    | 'unix'
    | 'pids'
    | 'behindProxy'
    | 'settleMs'
    | 'lateMs'
    | 'budgetMs'
    | 'policy'
    | 'gauges'
    | 'timeoutMs'
  > {
  readonly command: readonly string[] | undefined;
  readonly durationMs: number | undefined;
}

/** @throws ChurnError `usage` that names the option, what was expected and what came. */
export function parseWatchOptions({ duration, command, ...raw }: RawWatchOptions): WatchOptions {
  if (command?.length === 0) {
    throw usage(
      'There is no load behind --.',
      'For example churn watch --port 9000 -- wrk http://127.0.0.1:9000/',
    );
  }
  const { port, host, unix, pids, behindProxy, settleMs, lateMs, ...judging } = parseOptions({
    ...raw,
    budget: raw.budget ?? WATCH.budget.default,
  });
  const { budgetMs, policy, gauges, timeoutMs } = judging;
  return {
    ...{
      port,
      host,
      unix,
      pids,
      behindProxy,
      settleMs,
      lateMs,
      budgetMs,
      policy,
      gauges,
      timeoutMs,
      command,
    },
    durationMs: reader(WATCH, { duration })('duration'),
  };
}
