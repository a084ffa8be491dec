import { type Raw, reader, usage } from './option.js';
import { type Options, parseOptions } from './run.js';
import { type RawCommand, WATCH } from './table.js';

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
    | 'waitForMs'
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
  return {
    ...parseOptions({ ...raw, budget: raw.budget ?? WATCH.budget.default }),
    command,
    durationMs: reader(WATCH, { duration })('duration'),
  };
}
