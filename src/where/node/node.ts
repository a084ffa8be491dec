import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Options } from '../../options/run.js';
import { isCaught, readCommand, readEnvironment, readWorkingFolder } from '../../proc/process.js';
import { readTcpRows } from '../../proc/sockets.js';
import { livingProcesses } from '../../sampler/snapshot.js';
import { programOf } from '../../target/runtime.js';
import type { Target } from '../../target/target.js';
import type { Finding } from '../../verdict/finding.js';
import { openCycles } from '../cycles.js';
import { type Found, unknown } from '../found.js';
import { Sources } from '../source.js';
import { socketNumbers, socketsSince } from './handles.js';
import { Inspector, NoInspector } from './inspector.js';

/** The signal that makes Node open its inspector: 10 on x64 and arm64. */
const SIGUSR1 = 10;
const PORT = 9_229;
const CYCLES = 40;

/**
 * Asks the inspector of a Node for the sockets that some more cycles left, and the lines of code that listen to them. It
 * is opened by SIGUSR1, where nothing else can come of that, and closed again.
 */
export async function askNode(
  target: Target,
  options: Options,
  { kind }: Finding,
  signal: AbortSignal,
): Promise<Found> {
  if (kind !== 'fd') return unknown(NOT_SOCKETS);
  const [{ pid } = { pid: 0 }, ...others] = livingProcesses(target.roots.map(root => root.pid));
  const refusal = others.length > 0 ? SEVERAL : reasonAgainst(pid, target);
  if (refusal !== undefined) return unknown(refusal);
  let inspector: Inspector | undefined;
  try {
    await promisify(execFile)('kill', ['-USR1', String(pid)]);
    inspector = await Inspector.connect(PORT);
    const { value } = await inspector.evaluate('globalThis["process"].pid', true);
    if (value !== pid)
      throw new NoInspector(`Another process than the server, ${value}, listens on port ${PORT}.`);
    const before = await socketNumbers(inspector);
    const most = AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]);
    const cycles = await openCycles(target, options, options.clients, most);
    await cycles.make(CYCLES);
    await sleep(SETTLE_MS);
    const places = await socketsSince(before, inspector, new Sources());
    return { places, remarks: places.length > 0 ? [] : [NOT_SOCKETS] };
  } catch (error) {
    if (error instanceof NoInspector) return unknown(error.message);
    throw error;
  } finally {
    await inspector?.close(true);
  }
}

/** Why the signal could do harm, or nothing; undefined where it opens the inspector and nothing else. */
function reasonAgainst(pid: number, target: Target): string | undefined {
  if (!/^node(js)?[\d.]*$/.test(programOf(pid) ?? ''))
    return `The inspector is asked of Node alone, and the server runs ${programOf(pid)}.`;
  const words = readCommand(pid);
  const options = [...words, readEnvironment(pid)['NODE_OPTIONS'] ?? ''].join(' ');
  if (/--inspect|--debug-port/.test(options))
    return 'The server has an inspector of its own already (--inspect): look at its sockets there.';
  if (!isCaught(pid, SIGUSR1))
    return 'This Node does not open its inspector by SIGUSR1 (--disable-sigusr1), so its sockets cannot be asked for.';
  const rows = readTcpRows(target.servedIn, ['tcp', 'tcp6'], PORT);
  if (rows.some(({ state, localPort }) => state === 'LISTEN' && localPort === PORT))
    return `Port ${PORT}, where Node opens its inspector, is taken: end what listens there.`;
  if (mentionsSignal(words, readWorkingFolder(pid) ?? '/'))
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
  'The server is several processes, and only one of them could open its inspector on port 9229: run it with one worker, and --where.';
const NOT_SOCKETS =
  'It is no socket of Node that grew, and the inspector is asked for sockets alone: compare two heap snapshots (node --inspect, then chrome://inspect).';
const MOST_FILES = 500;
const MOST_BYTES = 1024 * 1024;
const MOST_MS = 10_000;
const SETTLE_MS = 300;
