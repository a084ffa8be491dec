import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import type { Start } from '../options/start.js';
import { readExecutable, readStat } from '../proc/process.js';
import { askCheckers } from './checker-options.js';
import { cannotRun } from './companion.js';
import { killAll } from './end.js';
import type { Family } from './family.js';
import type { Guard } from './guard.js';
import { limitWords } from './limits.js';
import { Output } from './output.js';
import { findProgram, inspectorWords } from './program.js';
import { type Supervised, spawnSupervised } from './supervised.js';
import type { World } from './world.js';

/** How the process that was started has ended, as its parent is told. */
export interface Exit {
  readonly signal: NodeJS.Signals | undefined;
  readonly status: number | undefined;
}

/**
 * A command that was started, and all that came of it: in a session of its own, without a shell, marked, guarded.
 * Whoever starts it calls `abandon()`, or ends it in a kinder way first.
 */
export class StartedServer {
  readonly command: readonly string[];
  readonly pid: number;
  readonly family: Family;
  readonly output: Output;
  readonly world: World;
  readonly startedAtMs = performance.now();
  readonly #guard: Guard;
  readonly #child: ChildProcess;
  #exit: Exit | undefined;
  readonly #programs: Set<string>;

  private constructor({ child, family, guard }: Supervised, command: readonly string[], parts: Parts) {
    this.#child = child;
    this.command = command;
    this.pid = child.pid ?? 0;
    this.family = family;
    this.output = parts.output;
    this.world = parts.world;
    this.#guard = guard;
    this.#programs = new Set([parts.program]);
    child.once('exit', (status, signal) => {
      this.#exit = { signal: signal ?? undefined, status: status ?? undefined };
    });
  }

  /** @throws ChurnError when the command cannot be run. */
  static async start(
    start: Start,
    port: number | undefined,
    world: World,
    isForWhere = false,
  ): Promise<StartedServer> {
    const command = start.command.map(word => word.replaceAll('{port}', String(port ?? '{port}')));
    const path = findProgram(command[0] ?? '', world.env);
    const limit = limitWords(start.openFiles, world.env);
    const output = new Output(start.logFile);
    try {
      const born = await spawnSupervised(
        [
          ...limit,
          path,
          ...(isForWhere ? await inspectorWords(command, world.env) : []),
          ...command.slice(1),
        ],
        {
          // A program learns its name from argv[0]: busybox does, and shells show it.
          ...(limit.length > 0 ? {} : { argv0: command[0] ?? path }),
          stdio: ['ignore', output.fd, output.fd],
          env: {
            ...world.env,
            ...askCheckers(command, world.env),
            ...portInEnvironment(start, port, world.env),
          },
        },
        world,
      );
      return new StartedServer(born, command, { output, world, program: identityOf(path) });
    } catch (error) {
      output.close();
      throw cannotRun(command[0] ?? '', error as NodeJS.ErrnoException);
    }
  }

  /** undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Who lives of it now; the guard is told of those that are new. */
  look(): ReturnType<Family['look']> {
    const alive = this.family.look();
    for (const { pid } of alive) this.#guard.tell(pid);
    const program = this.#exit ? undefined : readExecutable(this.pid);
    if (program !== undefined) this.#programs.add(program);
    return alive;
  }

  /**
   * Takes a process for one of the family that runs the very program which was started and came after it: a daemon that
   * has written its title over its environment.
   */
  adoptIfSame(pid: number): boolean {
    const stat = readStat(pid);
    const isSame = this.#programs.has(readExecutable(pid) ?? '');
    if (!stat || stat.startTicks < this.family.firstTicks || !isSame) return false;
    this.family.adopt(stat);
    this.#guard.tell(pid);
    return true;
  }

  /** Kills whatever is left. Pids that even SIGKILL has not ended. */
  async killRest(): Promise<readonly number[]> {
    const survivors = await killAll(this.family, this.world.kill);
    if (!this.#exit && survivors.length === 0) await once(this.#child, 'exit');
    return survivors.map(({ pid }) => pid);
  }

  /** The same, and lets go of everything. */
  async abandon(): Promise<void> {
    await this.killRest();
    this.output.close();
    await this.#guard.dismiss();
  }
}

interface Parts extends Pick<StartedServer, 'output' | 'world'> {
  /** Device and inode of the program. */
  readonly program: string;
}

function identityOf(path: string): string {
  const { dev, ino } = statSync(path);
  return `${dev}:${ino}`;
}

/** A PORT that the user has set is left alone unless churn has picked the port. */
function portInEnvironment(start: Start, port: number | undefined, env: World['env']): { PORT?: string } {
  if (port === undefined || (!start.picksPort && env['PORT'] !== undefined)) return {};
  return { PORT: String(port) };
}
