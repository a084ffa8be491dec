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
  /** What a line is like by which the load announces a phase; the first group is its name, else all that it matches. */
  readonly stage: RegExp | undefined;
}

/** @throws ChurnError `usage` that names the option, what was expected and what came. */
export function parseWatchOptions({ duration, command, stage, ...raw }: RawWatchOptions): WatchOptions {
  if (command?.length === 0) {
    throw usage(
      'There is no load behind --.',
      'For example churn watch --port 9000 -- wrk http://127.0.0.1:9000/',
    );
  }
  if (stage !== undefined && command === undefined) {
    throw usage(
      '--stage reads what a load prints, and there is no load.',
      `For example churn watch --port 9000 --stage '${EXAMPLE}' -- artillery run load.yml`,
    );
  }
  return {
    ...parseOptions({ ...raw, budget: raw.budget ?? WATCH.budget.default }),
    command,
    durationMs: reader(WATCH, { duration })('duration'),
    stage: stage === undefined ? undefined : parseStage(stage),
  };
}

function parseStage(text: string): RegExp {
  const [, source = text, flags = ''] = /^\/(.+)\/([dgimsuy]*)$/s.exec(text) ?? [];
  if (text === '') {
    throw usage('--stage expects a pattern, got "".', `For example --stage '${EXAMPLE}'`);
  }
  try {
    return new RegExp(source, flags.replaceAll(/[dgy]/g, ''));
  } catch (error) {
    throw usage(`--stage ${text} is no regular expression.`, `${(error as Error).message}.`);
  }
}

const EXAMPLE = String.raw`/Phase started: (\S+)/`;
