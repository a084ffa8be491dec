import { ChurnError } from '../errors.js';
import type { RawOptions } from '../options.js';
import type { RawWatchOptions } from '../watch-options.js';
import { type Following, rawOptions, type TestOptions } from './options.js';

/** Options of `churn watch`: `command` is the load here. Without one, `duration` says how long others are watched. */
export interface WatchOptions
  extends Pick<TestOptions, 'server' | Exclude<keyof RawWatchOptions, keyof Following>>,
    Following {}

/**
 * The options of watch() as the command line would have them.
 * @throws ChurnError `usage` for a name that is none, and for what only a run does.
 */
export function rawWatchOptions(options: WatchOptions): RawOptions {
  const raw = rawOptions(options);
  const other = Object.keys(raw).find(name => !Object.hasOwn(WATCHED, name));
  if (other === undefined) return raw;
  throw new ChurnError(
    'usage',
    `${other} is an option of run(), and watch() makes no connections.`,
    `The options of watch() are: server, ${Object.keys(WATCHED).join(', ')}.`,
  );
}

/** Total, so that an option that is new to `churn watch` is not forgotten here. */
const WATCHED = {
  port: true,
  host: true,
  unix: true,
  pid: true,
  behindProxy: true,
  command: true,
  duration: true,
  settle: true,
  budget: true,
  confirm: true,
  strict: true,
  failOn: true,
  allow: true,
  gauge: true,
} as const satisfies Record<keyof RawWatchOptions, true>;
