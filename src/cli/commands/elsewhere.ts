import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { nsenterPrefix } from '../../target/elsewhere.js';
import type { Io } from '../io.js';

/**
 * Runs this very command line once more, in the network of a process, and takes over its exit status. Beside the
 * network nothing is another there: it writes to the same streams and files. A process group of its own, so that Ctrl-C
 * reaches it once, by way of us.
 */
export async function runElsewhere(io: Io, pid: number): Promise<number> {
  const [program, ...args] = await nsenterPrefix(pid);
  const start = fileURLToPath(new URL('../cli/start.js', import.meta.url));
  const child = spawn(program, [...args, io.nodePath, start, ...io.argv], {
    stdio: 'inherit',
    detached: true,
  });
  const pass = () => void child.kill(io.signal.reason);
  io.signal.addEventListener('abort', pass, { once: true });
  try {
    const [code, signal] = await once(child, 'exit');
    return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
  } finally {
    io.signal.removeEventListener('abort', pass);
  }
}
