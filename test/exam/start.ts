import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compileC, launch } from '../servers/launch.js';
import { realServers } from '../servers/real/registry.js';
import { isInstalled, startReal } from '../servers/real/start.js';
import type { Case } from './case.js';
import { inNetworkOf, OWN_NETWORK } from './network.js';

export interface Server {
  readonly port: number;
  /** The command that runs `command` where the server is. */
  readonly beside: (command: readonly string[]) => readonly string[];
  stop(): Promise<void>;
}

const SOURCES = new URL('../../../test/servers/', import.meta.url).pathname;
let classes: Promise<string> | undefined;

/** Starts the server of a case, in a network of its own if `isolated`, or says why this machine cannot. */
export async function start(
  question: Case,
  isolated: boolean,
): Promise<Server | { readonly missing: string }> {
  const command = await commandOf(question);
  if (!command) return startByRecipe(question);
  const options = question.openFiles ? { openFiles: question.openFiles } : {};
  const server = await launch(isolated ? [...OWN_NETWORK, ...command] : command, options);
  const beside = (own: readonly string[]) => (isolated ? inNetworkOf(server.pid, own) : own);
  return { port: server.port, beside, stop: server.stop };
}

/** Nothing for a server that nobody here wrote. */
async function commandOf({ server, fault, args = [] }: Case): Promise<string[] | undefined> {
  const [room, name = ''] = server.split('/');
  const all = [...(fault ? ['--fault', fault] : []), ...args];
  if (room === 'c') return [await compileC(name), ...all];
  if (room === 'node') return [process.execPath, `${SOURCES}node/${name}.mjs`, ...all];
  if (room === 'python') return ['python3', `${SOURCES}python/${name}.py`, ...all];
  if (room === 'java') return [...(await java()), name, ...all];
  return undefined;
}

/** Always in the network of this machine, where its starter looks for its port. */
async function startByRecipe({ server }: Case): Promise<Server | { readonly missing: string }> {
  const recipe = realServers.find(({ name }) => server === `real/${name}`);
  if (!recipe) throw new Error(`there is no server ${server}`);
  if (!(await isInstalled(recipe)))
    return { missing: `${recipe.program} (Debian package ${recipe.package})` };
  const { port, stop } = await startReal(recipe);
  return { port, beside: own => own, stop };
}

/** The faults that a server of its own accord says it can commit, without the remark that some are innocent. */
export async function faultsOf(command: readonly string[], option: string): Promise<string[]> {
  const [program = '', ...args] = command;
  const { stdout } = await promisify(execFile)(program, [...args, option], { timeout: 20_000 });
  return stdout
    .trim()
    .split('\n')
    .map(line => line.split(' ')[0] ?? '');
}

/** How the JVM of these servers is called; what it runs is compiled once. */
export async function java(): Promise<string[]> {
  classes ??= compileJava();
  return ['java', '-Xmx128m', '-cp', await classes];
}

async function compileJava(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'churn-exam-java-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const sources = ['ThreadServer', 'NioServer'].map(name => `${SOURCES}java/${name}.java`);
  await promisify(execFile)('javac', ['-d', folder, ...sources]);
  return folder;
}
