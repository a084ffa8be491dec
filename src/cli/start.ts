import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { writeTrouble } from '../own-limits.js';
import type { Io, Output } from './io.js';
import { failed, main } from './main.js';
import { signalStatus } from './report-error.js';

// A million sockets are garbage soon after they are made, and V8 answers with a nursery that grows to 48 MiB.
setFlagsFromString('--semi-space-growth-factor=1');
// A run of a thousand cycles is over before what V8 of Node 20 makes of its hot functions has paid for itself: 15 to 30 of
// 150 ms, on two CPUs of which the server needs one. A million cycles are as fast either way.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000');

const LINGER_MS = 1_000;

/** The only place that knows `process`. A second signal ends the program at once. */
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (interrupted.signal.aborted) {
      yieldTerminal();
      process.exit(signalStatus(name));
    }
    interrupted.abort(name);
  });
}

const yielding = new Set<() => void>();

// What is started for the run gets the environment as it was given.
const env = { ...process.env };
// pidusage would print a stack where getconf(1) cannot be started.
process.env['PIDUSAGE_SILENT'] = '1';

const io: Io = {
  argv: process.argv.slice(2),
  env,
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
    if (yielding.size === 0) process.on('SIGTSTP', stop).on('SIGQUIT', quit);
    yielding.add(clear);
    return () => {
      yielding.delete(clear);
      if (yielding.size === 0) process.off('SIGTSTP', stop).off('SIGQUIT', quit);
    };
  },
};

// What nobody waited for. Node would end with 1, which is a word about a server.
process.on('uncaughtException', error => {
  yieldTerminal();
  void failed(io, error).then(status => process.exit(status));
});
// Until the verdict is in: Node ends by itself with 13 when nothing is left that could bring it.
process.on('exit', code => {
  if (code === 13) process.exitCode = 2;
});

process.exitCode = await main(io);
// A server that could not be stopped, because nothing under /proc can be opened any more, would keep us: the guard that was
// started beside it ends it when we are gone.
if (process.exitCode === 2) setTimeout(() => process.exit(), LINGER_MS).unref();

function yieldTerminal(): void {
  for (const clear of yielding) clear();
}

/** Ctrl-Z: the shell gets a clean line, and the program stops as it would have. */
function stop(): void {
  yieldTerminal();
  process.kill(process.pid, 'SIGSTOP');
}

/** Ctrl-\\: the same, and the program ends as it would have, with its core. */
function quit(): void {
  yieldTerminal();
  process.off('SIGQUIT', quit);
  process.kill(process.pid, 'SIGQUIT');
}

function output(stream: NodeJS.WriteStream): Output {
  // It has no part in the verdict nor in its exit status. Of stderr there is nobody left to tell.
  stream.once('error', error => {
    if (stream === process.stdout)
      process.stderr.write(`churn: stdout was not written to its end: ${writeTrouble(error)}\n`);
  });
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
