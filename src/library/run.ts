import { ChurnError } from '../errors.js';
import type { Inspection } from '../report/inspection.js';
import type { Report } from '../report/report.js';
import { networkElsewhere } from '../target/elsewhere.js';
import { findElsewhere } from '../target/find-elsewhere.js';
import { askChild } from './child.js';
import type { Task } from './conversation.js';
import { type Following, type RunOptions, rawOptions } from './options.js';
import { rawWatchOptions, type WatchOptions } from './watching-options.js';

/**
 * Opens and closes connections against a server, and judges whether it forgot any. They are made by a process of its
 * own, so the server may live in the calling one, a unit test's for example.
 *
 * @returns the report that `--json` prints. A server at fault is a report with verdict "fail", not an error.
 * @throws ChurnError when nothing could be tested; the reason of `signal` when it was cancelled.
 */
export async function run(options: RunOptions): Promise<Report> {
  return (await runAndTell(options)).report;
}

/** The report, and the text that a person would read. */
export async function runAndTell(
  options: RunOptions,
  inHaste = false,
): Promise<{ report: Report; text: string }> {
  const follows = options.onProgress !== undefined;
  const answer = await ask({ do: 'run', raw: rawOptions(options), follows, inHaste }, options);
  if ('report' in answer) return answer;
  throw new Error('an inspection came where a report was asked for');
}

/** `run` with every client behaviour in turn: the report has a row for each in `runs`. */
export function thorough(options: Omit<RunOptions, 'thorough'>): Promise<Report> {
  return run({ ...options, thorough: true });
}

/**
 * Judges a server while a program of yours loads it.
 *
 * @throws ChurnError when the server cannot be looked at, or the load cannot be started.
 */
export async function watch(options: WatchOptions): Promise<Report> {
  if (options.command === undefined && options.duration === undefined) {
    throw new ChurnError('usage', 'watch() has no end.', 'Give it a command, or a duration.');
  }
  const follows = options.onProgress !== undefined;
  const answer = await ask({ do: 'watch', raw: rawWatchOptions(options), follows, inHaste: false }, options);
  if ('report' in answer) return answer.report;
  throw new Error('an inspection came where a report was asked for');
}

/**
 * What a server holds right now, without a connection to it.
 * @throws ChurnError when it cannot be found or read.
 */
export async function inspect(
  options: Pick<RunOptions, 'server' | 'port' | 'host' | 'unix' | 'pid' | 'behindProxy' | 'signal'>,
): Promise<Inspection> {
  const answer = await ask(
    { do: 'inspect', raw: rawOptions(options), follows: false, inHaste: false },
    options,
  );
  if ('inspection' in answer) return answer.inspection;
  throw new Error('a report came where an inspection was asked for');
}

/** The cycles are made in the network of the server, where that is not ours: it was named by its pid, or only there is its port open. */
async function ask(task: Task, following: Following): ReturnType<typeof askChild> {
  const { pid = [], port, host, behindProxy = false } = task.raw;
  const elsewhere = task.do === 'run' ? networkElsewhere({ pids: pid.map(Number), behindProxy }) : undefined;
  try {
    return await askChild(task, following, elsewhere);
  } catch (error) {
    const isFree = error instanceof ChurnError && error.code === 'nothing-listens' && host === undefined;
    const there =
      isFree && port !== undefined && elsewhere === undefined ? findElsewhere(Number(port)) : undefined;
    if (there === undefined) throw error;
    return askChild(task, following, there);
  }
}
