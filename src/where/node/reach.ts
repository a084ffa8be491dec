import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findInodes } from '../../proc/fds.js';
import { isCaught, readCommand, readEnvironment, readWorkingFolder } from '../../proc/process.js';
import { readTcpRows } from '../../proc/sockets.js';
import { livingProcesses } from '../../sampler/snapshot.js';
import { listTcpListeners } from '../../target/listener.js';
import { programOf } from '../../target/runtime.js';
import type { Target } from '../../target/target.js';
import { Inspector, NoInspector } from './inspector.js';

/** The signal that makes Node open its inspector: 10 on x64 and arm64. */
const SIGUSR1 = 10;
const PORT = 9_229;

/** An inspector, and whether it is to be closed in the server too, because we have opened it. */
export interface Reached {
  readonly inspector: Inspector;
  readonly isOurs: boolean;
  readonly pid: number;
}

/**
 * The inspector of a server: the one that it was started with (--inspect), else one that is opened by SIGUSR1, where
 * nothing else can come of that.
 *
 * @throws NoInspector with the reason where there is none.
 */
export async function reachInspector(target: Target): Promise<Reached> {
  const [{ pid } = { pid: 0 }, ...others] = livingProcesses(target.roots.map(root => root.pid));
  if (others.length > 0) throw new NoInspector(SEVERAL);
  const program = programOf(pid) ?? 'a program that is gone';
  if (!/^node(js)?[\d.]*$/.test(program))
    throw new NoInspector(`The inspector is asked of Node alone, and the server runs ${program}.`);
  const options = [...readCommand(pid), readEnvironment(pid)['NODE_OPTIONS'] ?? ''].join(' ');
  if (/--inspect(?!-port|-publish)/.test(options))
    return { inspector: await existing(pid, target), isOurs: false, pid };
  const refusal = reasonAgainst(pid, target, /--(inspect|debug)-port/.test(options));
  if (refusal !== undefined) throw new NoInspector(refusal);
  const known = new Set(listeningPorts(pid, target));
  await promisify(execFile)('kill', ['-USR1', String(pid)]);
  const untilMs = performance.now() + MOST_OPENING_MS;
  for (;;) {
    const port = listeningPorts(pid, target).find(candidate => !known.has(candidate));
    if (port !== undefined) return { inspector: await openedBy(pid, port), isOurs: true, pid };
    if (performance.now() > untilMs)
      throw new NoInspector('The server was sent SIGUSR1, and did not open its inspector.');
    await sleep(20);
  }
}

async function existing(pid: number, target: Target): Promise<Inspector> {
  const served = new Set(target.listeners.flatMap(listener => ('port' in listener ? listener.port : [])));
  const [port] = listeningPorts(pid, target).filter(candidate => !served.has(candidate));
  if (port === undefined)
    throw new NoInspector('The server was started with --inspect, and its inspector does not listen.');
  return openedBy(pid, port);
}

async function openedBy(pid: number, port: number): Promise<Inspector> {
  const inspector = await Inspector.connect(port);
  const { value } = await inspector.evaluate('globalThis["process"].pid', true);
  if (value === pid) return inspector;
  await inspector.close(false);
  throw new NoInspector(`Another process than the server, ${value}, listens on port ${port}.`);
}

function listeningPorts(pid: number, { servedIn }: Target): number[] {
  const listeners = listTcpListeners(servedIn);
  const own = findInodes(pid, new Set(listeners.map(({ inode }) => inode)));
  return typeof own === 'string'
    ? []
    : listeners.filter(({ inode }) => own.has(inode)).map(({ port }) => port);
}

/** Why the signal could do harm, or nothing; undefined where it opens the inspector and nothing else. */
function reasonAgainst(pid: number, target: Target, hasOwnPort: boolean): string | undefined {
  if (!isCaught(pid, SIGUSR1))
    return 'This Node does not open its inspector by SIGUSR1 (--disable-sigusr1): start it with node --inspect.';
  const rows = hasOwnPort ? [] : readTcpRows(target.servedIn, ['tcp', 'tcp6'], PORT);
  if (rows.some(({ state, localPort }) => state === 'LISTEN' && localPort === PORT))
    return `Port ${PORT}, where Node opens its inspector, is taken: end what listens there.`;
  if (mentionsSignal(readCommand(pid), readWorkingFolder(pid) ?? '/'))
    return 'The program itself uses SIGUSR1, so it is not sent that to open the inspector: start it with node --inspect.';
  return undefined;
}

/** Whether the program, or a file beside or below it that is its own, names the signal. */
function mentionsSignal(words: readonly string[], folder: string): boolean {
  if (words.some(word => word.includes('SIGUSR1'))) return true;
  const script = words.slice(1).find(word => !word.startsWith('-'));
  if (script === undefined) return false;
  const path = resolve(folder, script);
  return [path, ...sourcesIn(dirname(path))]
    .slice(0, MOST_FILES)
    .some(file => readText(file).includes('SIGUSR1'));
}

/** Scripts of a folder and of those in it, those of packages left out. */
function sourcesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) return [];
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sourcesIn(path).slice(0, MOST_FILES);
      return /\.[cm]?[jt]s$/.test(entry.name) ? [path] : [];
    });
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return statSync(path).size <= MOST_BYTES ? readFileSync(path, 'latin1') : '';
  } catch {
    return '';
  }
}

const SEVERAL =
  'The server is several processes, of which each has a heap and sockets of its own and an inspector of its own: run it with one worker, and --where.';
const MOST_OPENING_MS = 10_000;
const MOST_FILES = 500;
const MOST_BYTES = 1024 * 1024;
