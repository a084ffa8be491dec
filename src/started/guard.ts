import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Kills all that was started for the run when this process ends without having done so itself, even by SIGKILL. */
export interface Guard {
  /** Tells of a process that belongs to the run. */
  readonly tell: (pid: number) => void;
  /** There is nobody left to kill. Waits until the guard is gone. */
  readonly dismiss: () => Promise<void>;
}

/** In a session of its own, so that what is sent to our process group does not reach it. */
export function postGuard(nodePath: string, mark: string, sinceTicks: number): Guard {
  // The same from this folder and from the bundle's.
  const script = fileURLToPath(new URL('../started/watchdog.js', import.meta.url));
  const child = spawn(nodePath, [script, mark, String(sinceTicks)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: {},
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const told = new Set<number>();
  return {
    tell: pid => {
      if (!told.has(pid)) child.stdin.write(`${pid}\n`);
      told.add(pid);
    },
    dismiss: () => dismiss(child),
  };
}

async function dismiss(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
