import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ChurnError } from '../errors.js';
import { withUrl } from '../options/run.js';
import { ownProgramPath } from '../proc/process.js';
import type { Inspection } from '../report/inspection.js';
import type { Report } from '../report/report.js';
import { findElsewhere, networkElsewhere, nsenterPrefix } from '../target/elsewhere.js';
import {
  type Answer,
  type ChildMessage,
  type Following,
  type RunOptions,
  rawOptions,
  rawWatchOptions,
  type Task,
  type WatchOptions,
} from './options.js';

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
  options: Pick<RunOptions, 'server' | 'url' | 'port' | 'host' | 'unix' | 'pid' | 'behindProxy' | 'signal'>,
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
  const { pid = [], port, host, behindProxy = false } = withUrl(task.raw).raw;
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

/**
 * Lets a process of its own do the task, and waits until it is gone. It lives in the network of another process where
 * that is named.
 *
 * @throws ChurnError when nothing could be tested, the signal's reason when it was cancelled.
 */
async function askChild(
  task: Task,
  { signal, onProgress }: Following,
  networkOf?: number,
): Promise<Exclude<Answer, { refusal: unknown }>> {
  signal?.throwIfAborted();
  // The same from this folder and from the bundle's. Flags of the caller (a test runner, a debugger) are not for it.
  const program = fileURLToPath(new URL('../library/cycle-child.js', import.meta.url));
  const through = networkOf === undefined ? {} : await forkedInto(networkOf);
  const child = fork(program, [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'], ...through });
  const gone = once(child, 'close');
  const stop = () => void endPolitely(child);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const answer = await answerOf(child, task, onProgress);
    signal?.throwIfAborted();
    if (!('refusal' in answer)) return answer;
    const { code, sentence, hint } = answer.refusal;
    throw new ChurnError(code, sentence, hint);
  } finally {
    signal?.removeEventListener('abort', stop);
    child.kill('SIGKILL');
    await gone;
  }
}

/** nsenter becomes the program, and leaves the channel as it is. */
async function forkedInto(pid: number): Promise<Pick<ForkOptions, 'execPath' | 'execArgv'>> {
  const [execPath, ...args] = await nsenterPrefix(pid);
  return { execPath, execArgv: [...args, ownProgramPath()] };
}

function answerOf(child: ChildProcess, task: Task, onProgress: Following['onProgress']): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const complaints: string[] = [];
    child.stderr?.on('data', chunk => complaints.push(String(chunk)));
    child.on('message', (said: ChildMessage) => {
      if ('answer' in said) return resolve(said.answer);
      try {
        onProgress?.(said.progress);
      } catch (error) {
        reject(error);
      }
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      reject(
        new Error(`The process that makes the cycles ended (${signal ?? code}): ${complaints.join('')}`),
      );
    });
    child.send({ task });
  });
}

/** It lets go of what it has begun; if that takes too long, it is ended. */
async function endPolitely(child: ChildProcess): Promise<void> {
  if (child.connected) child.send('stop');
  await sleep(GRACE_MS, undefined, { ref: false });
  child.kill('SIGKILL');
}

const GRACE_MS = 5_000;
