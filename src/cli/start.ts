import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Output } from './io.js';
import { main } from './main.js';

// A million sockets are garbage soon after they are made, and V8 answers with a nursery that grows to 48 MiB.
setFlagsFromString('--semi-space-growth-factor=1');
// A run of a thousand cycles is over before what V8 of Node 20 makes of its hot functions has paid for itself: 15 to 30 of
// 150 ms, on two CPUs of which the server needs one. A million cycles are as fast either way.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000');

/** The only place that knows `process`. A second signal ends the program at once. */
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (interrupted.signal.aborted) {
      yieldTerminal();
      process.exit(name === 'SIGINT' ? 130 : 143);
    }
    interrupted.abort(name);
  });
}

const yielding = new Set<() => void>();

process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  signal: interrupted.signal,
  nodeVersion: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  cpus: availableParallelism(),
  nodePath: process.execPath,
  kill: (pid, signal) => void process.kill(pid, signal),
  startupMs: performance.now(),
  onYield: clear => {
    if (yielding.size === 0) process.on('SIGTSTP', stop).on('uncaughtExceptionMonitor', yieldTerminal);
    yielding.add(clear);
    return () => {
      yielding.delete(clear);
      if (yielding.size === 0) process.off('SIGTSTP', stop).off('uncaughtExceptionMonitor', yieldTerminal);
    };
  },
});

function yieldTerminal(): void {
  for (const clear of yielding) clear();
}

/** Ctrl-Z: the shell gets a clean line, and the program stops as it would have. */
function stop(): void {
  yieldTerminal();
  process.kill(process.pid, 'SIGSTOP');
}

function output(stream: NodeJS.WriteStream): Output {
  // A reader that goes away (churn | head) is no error of ours.
  stream.on('error', () => undefined);
  return {
    write: text => void stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
  };
}
