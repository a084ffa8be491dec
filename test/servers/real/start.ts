import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './free-port.js';
import { isListening } from './listening.js';
import { membersOf, type ProcessId, stillRuns } from './process-tree.js';
import type { LaunchPlan, RealServer } from './recipe.js';

export interface RunningReal {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** RabbitMQ takes 15 s beside other work. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;
const KILL_LIMIT_MS = 2_000;

export async function isInstalled(recipe: Pick<RealServer, 'program'>): Promise<boolean> {
  return (await findProgram(recipe.program)) !== undefined;
}

/** Starts the server on a free port in a folder of its own and waits until it listens, without ever connecting to it. */
export async function startReal(recipe: RealServer): Promise<RunningReal> {
  if (!(await isInstalled(recipe)))
    throw new Error(`${recipe.name}: ${recipe.program} is not installed (Debian package ${recipe.package})`);
  const folder = await mkdtemp(join(tmpdir(), `churn-${recipe.name}-`));
  try {
    await chmod(folder, 0o755); // workers that have dropped root must get in
    const port = await freePort();
    const child = await launch(recipe, folder, await recipe.prepare(folder, port));
    const stop = () => stopAndClean(recipe.name, child, folder);
    try {
      await untilListening(recipe.name, child, port, join(folder, 'output.log'));
    } catch (failure) {
      await stop();
      throw failure;
    }
    return { name: recipe.name, port, pid: pidOf(child), stop };
  } catch (failure) {
    await rm(folder, { recursive: true, force: true });
    throw failure;
  }
}

async function launch(recipe: RealServer, folder: string, plan: LaunchPlan): Promise<ChildProcess> {
  const [program, ...args] = asUser(plan);
  if (program === undefined) throw new Error(`${recipe.name}: the recipe has an empty command`);
  const path = await findProgram(program);
  if (path === undefined) throw new Error(`${recipe.name}: ${program} is not installed`);
  // A file, not a pipe: a server must never block, or count as busy, because a test does not read.
  const output = await open(join(folder, 'output.log'), 'a', 0o666);
  try {
    const child = spawn(path, args, {
      cwd: folder,
      detached: true,
      env: { ...process.env, ...plan.env },
      stdio: ['ignore', output.fd, output.fd],
    });
    await new Promise((spawned, failed) => child.once('spawn', spawned).once('error', failed));
    child.unref();
    return child;
  } finally {
    await output.close();
  }
}

function asUser({ command, asUser: user }: LaunchPlan): readonly string[] {
  if (user === undefined || process.getuid?.() !== 0) return command;
  return ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--', ...command];
}

async function untilListening(
  name: string,
  child: ChildProcess,
  port: number,
  outputPath: string,
): Promise<void> {
  const start = Date.now();
  while (!(await isListening(port))) {
    const said = async () =>
      `; it said: ${(await readFile(outputPath, 'utf8')).trim().slice(-2000) || 'nothing'}`;
    if (hasExited(child)) {
      throw new Error(
        `${name} exited (${child.signalCode ?? `status ${child.exitCode}`}) before it listened on port ${port}${await said()}`,
      );
    }
    if (Date.now() - start > START_LIMIT_MS) {
      throw new Error(
        `${name} did not listen on port ${port} within ${START_LIMIT_MS / 1000} s${await said()}`,
      );
    }
    await pauseAfter(Date.now() - start);
  }
}

async function stopAndClean(name: string, child: ChildProcess, folder: string): Promise<void> {
  const leader = pidOf(child);
  const known = await membersOf(leader);
  if (known.length > 0) {
    signalGroup(leader, 'SIGTERM');
    if (!(await untilGone(leader, known, STOP_LIMIT_MS))) {
      signalGroup(leader, 'SIGKILL');
      for (const member of known) if (await stillRuns(member)) signal(member.pid, 'SIGKILL');
      if (!(await untilGone(leader, known, KILL_LIMIT_MS)))
        throw new Error(`${name} (pid ${leader}) survived SIGKILL`);
    }
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Adds to `known` what the server forks while it goes down, so that nothing of it escapes. */
async function untilGone(leader: number, known: ProcessId[], limitMs: number): Promise<boolean> {
  const start = Date.now();
  for (;;) {
    for (const member of await membersOf(leader)) {
      if (!known.some(({ pid, startTicks }) => pid === member.pid && startTicks === member.startTicks))
        known.push(member);
    }
    const running = await Promise.all(known.map(stillRuns));
    if (!running.includes(true)) return true;
    if (Date.now() - start > limitMs) return false;
    await pauseAfter(Date.now() - start);
  }
}

/** Looks often at first and rarely later: a look at every process or socket of the machine costs milliseconds. */
async function pauseAfter(elapsedMs: number): Promise<void> {
  await sleep(Math.min(Math.max(elapsedMs / 10, 10), 200));
}

function signalGroup(leader: number, name: NodeJS.Signals): void {
  signal(-leader, name);
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the server was never started');
  return child.pid;
}

/** Where it is, in PATH or the sbin folders. */
export async function findProgram(program: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  const candidates = isAbsolute(program) ? [program] : folders.map(folder => join(folder, program));
  for (const candidate of candidates) {
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}
