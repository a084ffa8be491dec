import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile, compileC, launch } from '../servers/launch.js';
import { compileLate, compileLife } from '../servers/life/compile.js';
import { realServers } from '../servers/real/registry.js';
import { findProgram, isInstalled, startReal } from '../servers/real/start.js';
import type { Case } from './case.js';
import { inNetworkOf, OWN_NETWORK } from './network.js';

export interface Server {
  /** What churn is told to find it. */
  readonly target: readonly string[];
  /** Behind `--`: what churn has to start. */
  readonly command?: readonly string[];
  /** The command that runs `command` where the server is. */
  readonly beside: (command: readonly string[]) => readonly string[];
  stop(): Promise<void>;
}

const SOURCES = new URL('../../../test/servers/', import.meta.url).pathname;
/** What runs programs from their source, in the folder of the room or in another, and how their files end. */
interface Interpreter {
  readonly command: readonly [program: string, ...args: readonly string[]];
  readonly ending: string;
  readonly folder?: string;
}

const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  python: { command: ['python3'], ending: 'py' },
  pypy: { command: ['pypy3'], ending: 'py', folder: 'python' },
  ruby: { command: ['ruby'], ending: 'rb' },
  lua: { command: ['lua5.4'], ending: 'lua' },
  perl: { command: ['perl'], ending: 'pl' },
  php: { command: ['php'], ending: 'php' },
  erlang: { command: ['escript'], ending: 'escript' },
  lisp: { command: ['sbcl', '--script'], ending: 'lisp' },
  guile: { command: ['guile', '--no-auto-compile'], ending: 'scm' },
  racket: { command: ['racket'], ending: 'rkt' },
};

/** What compiles the sources of a room, and what runs the outcome if it does not run of itself. */
const COMPILED: Readonly<
  Record<string, { readonly compiler: string; readonly ending: string; readonly runs?: string }>
> = {
  go: { compiler: 'go', ending: 'go' },
  csharp: { compiler: 'mcs', ending: 'cs', runs: 'mono' },
  ocaml: { compiler: 'ocamlopt', ending: 'ml' },
  haskell: { compiler: 'ghc', ending: 'hs' },
};
let classes: Promise<string> | undefined;

/** Starts the server of a case, in a network of its own if `isolated`, or says why this machine cannot. */
export async function start(
  question: Case,
  isolated: boolean,
): Promise<Server | { readonly missing: string }> {
  if (question.started) return toBeStarted(question, question.started);
  if (question.server.startsWith('real/')) return startByRecipe(question);
  const runs = needOf(question.server);
  if (!(await findProgram(runs))) return { missing: runs };
  const through = question.below ? ['python3', `${SOURCES}python/${question.below}.py`] : [];
  const command = [...through, ...(await commandOf(question.server)), ...argumentsOf(question)];
  const options = question.openFiles ? { openFiles: question.openFiles } : {};
  const server = await launch(isolated ? [...OWN_NETWORK, ...command] : command, options);
  const beside = (own: readonly string[]) => (isolated ? inNetworkOf(server.pid, own) : own);
  return { target: ['--port', String(server.port)], beside, stop: server.stop };
}

/** In the network of this machine: churn picks the port, and stops what it has started. */
async function toBeStarted(
  { fault = 'ok' }: Case,
  { through = [], flags = [] }: NonNullable<Case['started']>,
): Promise<Server | { readonly missing: string }> {
  const [program] = through;
  if (program !== undefined && !(await findProgram(program))) return { missing: program };
  const command = [...through, await compileLife(...flags), fault, '{port}'];
  return { target: ['--port', 'auto'], command, beside: own => own, stop: async () => {} };
}

function argumentsOf({ fault, args = [] }: Case): string[] {
  return [...(fault ? ['--fault', fault] : []), ...args];
}

/** The program without which a server of ours cannot be run. */
function needOf(server: string): string {
  const [room = ''] = server.split('/');
  const others: Readonly<Record<string, string>> = {
    c: 'cc',
    life: 'cc',
    java: 'javac',
    node: process.execPath,
  };
  return others[room] ?? COMPILED[room]?.compiler ?? INTERPRETERS[room]?.command[0] ?? room;
}

/** How a server of ours is run, compiled if it must be. */
export async function commandOf(server: string): Promise<string[]> {
  const [room = '', name = ''] = server.split('/');
  if (server === 'life/late') return [await compileLate()];
  if (room === 'c') return [await compileC(name)];
  if (room === 'node') return [process.execPath, `${SOURCES}node/${name}.mjs`];
  if (room === 'java') return [...(await java()), name];
  const compiled = COMPILED[room];
  if (compiled) {
    const binary = await compile(room, `${name}.${compiled.ending}`);
    return compiled.runs ? [compiled.runs, binary] : [binary];
  }
  const interpreter = INTERPRETERS[room];
  if (!interpreter) throw new Error(`there is no server ${server}`);
  return [...interpreter.command, `${SOURCES}${interpreter.folder ?? room}/${name}.${interpreter.ending}`];
}

/** Always in the network of this machine, where its starter looks for its port. */
async function startByRecipe({ server }: Case): Promise<Server | { readonly missing: string }> {
  const recipe = realServers.find(({ name }) => server === `real/${name}`);
  if (!recipe) throw new Error(`there is no server ${server}`);
  if (!(await isInstalled(recipe)))
    return { missing: `${recipe.program} (Debian package ${recipe.package})` };
  const { port, stop } = await startReal(recipe);
  return { target: ['--port', String(port)], beside: own => own, stop };
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
async function java(): Promise<string[]> {
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
