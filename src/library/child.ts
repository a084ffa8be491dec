import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ChurnError } from '../errors.js';
import { ownProgramPath } from '../proc/process.js';
import { entranceTo } from '../target/entrance.js';
import type { Answer, Said, Task } from './conversation.js';
import type { Following } from './options.js';

/**
 * Lets a process of its own do the task, and waits until it is gone. It lives in the network of another process where
 * that is named.
 *
 * @throws ChurnError when nothing could be tested, the signal's reason when it was cancelled.
 */
export async function askChild(
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
  const [execPath, ...args] = await entranceTo(pid);
  return { execPath, execArgv: [...args, ownProgramPath()] };
}

function answerOf(child: ChildProcess, task: Task, onProgress: Following['onProgress']): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const complaints: string[] = [];
    child.stderr?.on('data', chunk => complaints.push(String(chunk)));
    child.on('message', (said: Said) => {
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
