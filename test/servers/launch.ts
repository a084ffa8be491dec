import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { compileOnce } from './compile-once.js';

/** A server that a test has started. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  readonly child: ChildProcess;
  /** Ends it and all of its process group, and waits until it is gone. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  /** A low RLIMIT_NOFILE, set by prlimit(1): Node cannot set its children's limits. */
  readonly openFiles?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const SOURCES = new URL('../../../test/servers/', import.meta.url).pathname;
const binaries = mkdtempSync(join(tmpdir(), 'churn-servers-'));
process.on('exit', () => rmSync(binaries, { recursive: true, force: true }));
const compiled = new Map<string, Promise<string>>();

/** Path of a C server of test/servers/c. */
export function compileC(model: string): Promise<string> {
  const source = (name: string) => join(SOURCES, 'c', `${name}.c`);
  return compileOnce(model.replaceAll('_', '-'), [source('zoo'), source(model)]);
}

/** How a server is compiled whose language brings a compiler: into a file that is run as it is. */
const COMPILERS: Readonly<Record<string, (source: string, binary: string) => readonly string[]>> = {
  go: (source, binary) => ['go', 'build', '-o', binary, source],
  web: (source, binary) => ['go', 'build', '-o', binary, source],
  where: (source, binary) => ['go', 'build', '-o', binary, source],
  csharp: (source, binary) => ['mcs', `-out:${binary}`, source],
  // They write what they make of a source beside it: it is compiled from a copy.
  ocaml: (source, binary) => [
    'ocamlopt',
    '-I',
    '+threads',
    '-o',
    binary,
    'unix.cmxa',
    'threads.cmxa',
    source,
  ],
  haskell: (source, binary) => ['ghc', '-v0', '-O1', '-threaded', '-o', binary, source],
};

/** Path of a server of test/servers/{go,csharp,…} or of the one in Go of test/servers/web, compiled once per test process. */
export function compile(room: string, file: string): Promise<string> {
  const known = compiled.get(`${room}/${file}`);
  if (known) return known;
  const building = compileCopy(room, file);
  compiled.set(`${room}/${file}`, building);
  return building;
}

async function compileCopy(room: string, file: string): Promise<string> {
  const folder = mkdtempSync(join(binaries, `${room}-`));
  const source = join(folder, file);
  const binary = join(folder, 'run');
  copyFileSync(join(SOURCES, room, file), source);
  const [compiler = '', ...args] = COMPILERS[room]?.(source, binary) ?? [];
  await promisify(execFile)(compiler, args, {
    cwd: folder,
    env: { ...process.env, GOCACHE: join(binaries, 'go-cache'), GO111MODULE: 'off' },
  });
  return binary;
}

/** Starts a C server and resolves when it listens. */
export async function startC(
  model: string,
  args: readonly string[] = [],
  options: LaunchOptions = {},
): Promise<Running> {
  return launch([await compileC(model), ...args], options);
}

/** Starts any program that prints "ready PORT PID" when it listens. Spawned in a process group of its own. */
export async function launch(command: readonly string[], options: LaunchOptions = {}): Promise<Running> {
  const limited = options.openFiles
    ? ['prlimit', `--nofile=${options.openFiles}:${options.openFiles}`, '--', ...command]
    : command;
  const [program = '', ...args] = limited;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...options.env },
  });
  const said: string[] = [];
  child.stderr?.on('data', chunk => said.push(String(chunk)));
  const gone = once(child, 'exit');
  const lines = createInterface({ input: child.stdout ?? [] });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    gone.then(() => undefined),
  ]);
  const ready = /^ready (\S+) (\d+)$/.exec(first ?? '');
  const stop = async () => {
    endGroup(child.pid);
    await gone;
  };
  if (!ready) {
    await stop();
    throw new Error(`${limited.join(' ')} did not get ready: ${first ?? ''} ${said.join('')}`);
  }
  return { port: Number(ready[1]), pid: Number(ready[2]), child, stop };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already, and its group with it.
  }
}
