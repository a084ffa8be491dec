import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ChurnError } from '../errors.js';

/** How a client is started, and how it is ended. */
export interface StartingWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** kill(2); a negative pid is a process group. */
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
}

export interface ClientProcess {
  readonly pid: number;
  readonly command: readonly string[];
  /** Resolves when it is gone: its status, or the signal that ended it. */
  readonly exited: Promise<{ readonly status: number | null; readonly signal: string | null }>;
  /** Ends it and all of its process group: SIGTERM, and SIGKILL to whoever is left after a second. */
  stop(): Promise<void>;
}

/**
 * Starts the client without a shell, in a process group of its own. `{port}` in its command is the first port, `{ports}`
 * all of them with commas; PORT and PORTS stand in its environment. What it prints goes to stderr, because stdout
 * belongs to the report.
 *
 * @throws ChurnError `usage` when it cannot be run.
 */
export async function startClient(
  words: readonly string[],
  ports: readonly number[],
  { env, kill }: StartingWorld,
): Promise<ClientProcess> {
  const all = ports.join(',');
  const first = String(ports[0]);
  const command = words.map(word => word.replaceAll('{port}', first).replaceAll('{ports}', all));
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: ['ignore', 2, 2],
    detached: true,
    env: { ...env, PORT: first, PORTS: all },
  });
  const exited = once(child, 'exit').then(([status, signal]) => ({ status, signal }));
  exited.catch(() => undefined);
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new ChurnError(
      'usage',
      `${JSON.stringify(program)} cannot be run: ${(error as NodeJS.ErrnoException).code}.`,
      'Everything after -- is run without a shell; with one: -- sh -c "…"',
    );
  }
  const pid = child.pid ?? 0;
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      kill(-pid, signal);
      return true;
    } catch {
      return false;
    }
  };
  const stop = async () => {
    const startedAtMs = performance.now();
    signalGroup('SIGTERM');
    // The group outlives its leader; signal 0 would ask, but to ask again with TERM does no harm.
    while (signalGroup('SIGTERM') && performance.now() - startedAtMs < GRACE_MS)
      await new Promise(resolve => setTimeout(resolve, 20));
    signalGroup('SIGKILL');
    await exited;
  };
  return { pid, command, exited, stop };
}

const GRACE_MS = 1_000;
