import { type Options, parseOptions, type RawOptions } from './run.js';
import { duration, usage } from './values.js';

/** Options of `watch` as they are given. */
export interface RawWatchOptions
  extends Pick<
    RawOptions,
    | 'port'
    | 'host'
    | 'unix'
    | 'pid'
    | 'behindProxy'
    | 'settle'
    | 'budget'
    | 'confirm'
    | 'strict'
    | 'failOn'
    | 'allow'
    | 'gauge'
  > {
  readonly duration?: string | undefined;
  /** The load, word by word; undefined: others make it. */
  readonly command?: readonly string[] | undefined;
}

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

export const WATCH_DEFAULTS = { settle: '5s', budget: '30s' } as const;

/** @throws ChurnError `usage` that names the option, what was expected and what came. */
export function parseWatchOptions({ duration: time, command, ...raw }: RawWatchOptions): WatchOptions {
  if (command?.length === 0) {
    throw usage(
      'There is no load behind --.',
      'For example churn watch --port 9000 -- wrk http://127.0.0.1:9000/',
    );
  }
  const { port, host, unix, pids, behindProxy, settleMs, lateMs, ...judging } = parseOptions({
    ...raw,
    budget: raw.budget ?? WATCH_DEFAULTS.budget,
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
    durationMs: time === undefined ? undefined : duration('--duration', time, 100, 604_800_000),
  };
}
