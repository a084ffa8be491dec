import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from '../servers/launch.js';
import { execute } from './execute.js';
import type { Programs } from './programs.js';

/** A server of its own for one measure and, where that is allowed, a network of its own with all ports fresh. */
export interface Field {
  readonly port: number;
  readonly serverPid: number;
  /** The command that runs `command` where the server is. */
  readonly inside: (command: readonly string[]) => string[];
  stop(): Promise<void>;
}

export interface FieldOptions {
  readonly openFiles?: number;
}

/** What every measure gets. */
export interface Bench {
  readonly programs: Programs;
  readonly signal: AbortSignal;
  /** Whether a field has its own network namespace. */
  readonly isolated: boolean;
  /** Minutes instead of seconds, where that tells more. */
  readonly long: boolean;
  readonly say: (progress: string) => void;
}

/** Whether this user may make network namespaces, and has the tools for it. */
export async function canIsolate(signal: AbortSignal): Promise<boolean> {
  const attempt = [...NEW_NETWORK, 'true'];
  return execute(attempt, signal).then(
    () => true,
    () => false,
  );
}

/** Runs `story` with a field that is gone afterwards. */
export async function withField<Result>(
  bench: Bench,
  story: (field: Field) => Promise<Result>,
  options: FieldOptions = {},
): Promise<Result> {
  const field = await openField(bench, options);
  try {
    return await story(field);
  } finally {
    await field.stop();
  }
}

/** Starts the server, and waits until the local ports that it will see are not waiting from an earlier measure. */
async function openField(bench: Bench, options: FieldOptions = {}): Promise<Field> {
  bench.signal.throwIfAborted();
  // A long queue: the C loop does not look whether the server keeps up, and must not wait for lost SYNs.
  const command = [bench.programs.server, '--backlog', '4096'];
  const server = await launch(bench.isolated ? [...NEW_NETWORK, ...command] : command, options);
  const stop = () => server.stop();
  try {
    if (!bench.isolated) await whenCold(server.port, bench.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const enter = bench.isolated ? ['nsenter', `--net=/proc/${server.pid}/ns/net`, '--'] : [];
  return { port: server.port, serverPid: server.pid, inside: own => [...enter, ...own], stop };
}

async function whenCold(port: number, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  while (countTimeWait(port) >= FEW_ROWS) {
    if (performance.now() - startedAtMs > MAX_WAIT_MS)
      throw new Error(`Port ${port} is still in TIME_WAIT too often.`);
    await sleep(500, undefined, { signal });
  }
}

/** Rows of 127.0.0.1 in which a client of that port is in TIME_WAIT. */
function countTimeWait(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const row = new RegExp(`:${hex} 06 `);
  return readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .filter(line => row.test(line)).length;
}

const NEW_NETWORK = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const FEW_ROWS = 500;
const MAX_WAIT_MS = 70_000;
