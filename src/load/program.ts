import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ChurnError } from '../errors.js';

/** How a program ended, and how long it took. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
}

/** kill(2); throws ESRCH when nobody is there. */
export type Kill = (pid: number, signal: NodeJS.Signals) => void;

/** A program that was started to load the server. */
export interface RunningLoad {
  readonly ended: Promise<Ended>;
  /** Ends it and whatever is in its process group: SIGTERM first, SIGKILL after two seconds. */
  stop(): Promise<void>;
}

/**
 * Starts a program without a shell, in a process group of its own. What it prints goes to stderr: stdout is for the
 * report.
 *
 * @throws ChurnError `load` when it cannot be started.
 */
export async function startLoad(
  command: readonly string[],
  isQuiet: boolean,
  kill: Kill,
): Promise<RunningLoad> {
  const [program = '', ...args] = command;
  const output = isQuiet ? 'ignore' : STDERR;
  const startedAtMs = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', output, output], detached: true });
  const exit = once(child, 'exit');
  try {
    await Promise.race([once(child, 'spawn'), exit]);
  } catch (error) {
    throw notStarted(program, error as NodeJS.ErrnoException);
  }
  const ended = exit.then(([status, signal]) => ({
    status: status as number | null,
    signal: signal as string | null,
    durationMs: performance.now() - startedAtMs,
  }));
  return { ended, stop: () => stopGroup(child, ended, kill) };
}

async function stopGroup(child: ChildProcess, ended: Promise<Ended>, kill: Kill): Promise<void> {
  signalGroup(child, 'SIGTERM', kill);
  const late = setTimeout(() => signalGroup(child, 'SIGKILL', kill), GRACE_MS);
  await ended;
  clearTimeout(late);
  // What it has left behind in its group goes with it.
  signalGroup(child, 'SIGKILL', kill);
}

function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL', kill: Kill): void {
  if (pid === undefined) return;
  try {
    kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

function notStarted(program: string, { code, message }: NodeJS.ErrnoException): ChurnError {
  const why = code === 'ENOENT' ? 'there is no such program' : (code ?? message);
  return new ChurnError(
    'load',
    `The load ${JSON.stringify(program)} cannot be started: ${why}.`,
    'It is run without a shell: name a program and its arguments after --, or say sh -c "…".',
  );
}

const STDERR = 2;
const GRACE_MS = 2_000;
