import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** What a command said. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote to descriptor 3. */
  readonly extra: string;
}

/**
 * Runs a command to its end, in a process group of its own that is gone afterwards, also when `signal` is aborted.
 * @throws when it does not exit with 0, or takes too long.
 */
export async function execute(
  command: readonly string[],
  signal: AbortSignal,
  mostMs = 60_000,
): Promise<Output> {
  signal.throwIfAborted();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true });
  const end = () => endGroup(child.pid);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, mostMs);
  signal.addEventListener('abort', end, { once: true });
  process.on('exit', end);
  try {
    const [[status, killedBy], ...said] = await Promise.all([
      once(child, 'close'),
      ...[1, 2, 3].map(number => text(child.stdio[number] as Readable)),
    ]);
    const [stdout = '', stderr = '', extra = ''] = said;
    signal.throwIfAborted();
    if (status === 0) return { stdout, stderr, extra };
    const how = isLate ? `took more than ${mostMs / 1_000} s` : `ended with ${killedBy ?? status}`;
    throw new Error(`${command.join(' ')} ${how}: ${stderr}${stdout.slice(-2_000)}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    process.off('exit', end);
    end();
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already, and its group with it.
  }
}
