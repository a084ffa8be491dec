import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server of the demo, in a process of its own. */
export interface DemoServer {
  readonly port: number;
  readonly pid: number;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

export async function startDemoServer(
  nodePath: string,
  name: 'clean' | 'leaking',
  signal: AbortSignal,
): Promise<DemoServer> {
  // The same from this folder and from the bundle's.
  const script = fileURLToPath(new URL(`../demo/${name}-server.js`, import.meta.url));
  // The heap of a small young generation is level after fewer connections.
  const child = spawn(nodePath, ['--max-semi-space-size=1', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const lines = createInterface({ input: child.stdout });
    const [line] = await once(lines, 'line', { signal });
    const port = Number(/^ready (\d+)$/.exec(line)?.[1]);
    return { port, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
