import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTracer, threadIds } from '../../proc/threads.js';

/** A tracer that could not be had, or not kept: one sentence that says what would help. */
export class NoTrace extends Error {}

/**
 * strace with stacks, attached to a server. It dies with this process, and the kernel lets go of the server when it does:
 * it sets no breakpoint and changes nothing in it.
 */
export class Strace {
  readonly #child: ChildProcess;
  readonly #fd: number;
  readonly #pids: readonly number[];
  #said = '';

  /**
   * Attaches to every thread of these processes, and waits until that is done.
   * @throws NoTrace where there is no strace, or it may not.
   */
  static async attach(pids: readonly number[], calls: readonly string[]): Promise<Strace> {
    requireNoTracer(pids);
    const strace = new Strace(pids, calls);
    try {
      await strace.#untilAttached();
      return strace;
    } catch (error) {
      await strace.stop();
      throw error;
    }
  }

  private constructor(pids: readonly number[], calls: readonly string[]) {
    this.#pids = pids;
    this.#fd = openNameless();
    const trace = `trace=${calls.map(name => `?${name}`).join(',')}`;
    // -yy would ask the kernel for the peer of every socket, and for one that was reset in every table: 30 ms a call.
    // Of what is read and written two bytes are noted, as of a pair of descriptors both have to be.
    const args = ['-f', '-k', '-y', '-s', '2', '-e', trace, '-o', '/dev/fd/3'];
    this.#child = spawn(
      'setpriv',
      [...DIES_WITH_US, 'strace', ...args, ...pids.flatMap(pid => ['-p', String(pid)])],
      { stdio: ['ignore', 'ignore', 'pipe', this.#fd] },
    );
    this.#child.on('error', ({ message }) => {
      this.#said += message;
    });
    this.#child.stderr?.on('data', chunk => {
      this.#said = (this.#said + String(chunk)).slice(-MAX_SAID);
    });
  }

  /** Whether it is still there: somebody may have killed it, or the server has ended. */
  get isAttached(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Bytes that it has written: they stop to grow when the server has nothing more to do. */
  get size(): number {
    return fstatSync(this.#fd).size;
  }

  /** Lets go of the server, and waits until nothing of it is traced any more. */
  async stop(): Promise<void> {
    if (this.isAttached && this.#child.pid !== undefined) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const isGone = await Promise.race([gone.then(() => true), sleep(STOP_MS).then(() => false)]);
      if (!isGone) {
        this.#child.kill('SIGKILL');
        await gone;
      }
    }
  }

  /** All that it has written, up to a bound. */
  read(): string {
    const buffer = Buffer.alloc(Math.min(this.size, MAX_BYTES));
    readSync(this.#fd, buffer, 0, buffer.length, 0);
    return buffer.toString('latin1');
  }

  close(): void {
    closeSync(this.#fd);
  }

  async #untilAttached(): Promise<void> {
    const startedAtMs = performance.now();
    // A thread that has ended meanwhile has no tracer to wait for.
    const isTraced = (tid: number) => [this.#child.pid, undefined].includes(readTracer(tid));
    while (!this.#pids.every(pid => threadIds(pid).every(isTraced))) {
      if (!this.isAttached || performance.now() - startedAtMs > ATTACH_MS)
        throw new NoTrace(refusalOf(this.#said));
      await sleep(2);
    }
  }
}

/** Two tracers of one process cannot be: a debugger was first. */
function requireNoTracer(pids: readonly number[]): void {
  for (const pid of pids) {
    const tracer = readTracer(pid);
    if (tracer)
      throw new NoTrace(`Process ${pid} has a tracer already, pid ${tracer}: end the debugger first.`);
  }
}

/** What strace said, in a sentence that helps. */
export function refusalOf(said: string): string {
  if (/ENOENT|No such file or directory|not found/.test(said) && !/attach/.test(said))
    return 'strace, or setpriv which starts it, is not installed: apt-get install strace util-linux';
  if (/unrecognized option|invalid option -- 'k'|Stack traces.*not supported/i.test(said))
    return 'This strace cannot print stacks (-k): it has to be built with libunwind or libdw, as that of Debian is.';
  if (/Operation not permitted|EPERM/.test(said))
    return 'strace may not attach to the server: run churn as root or with the capability CAP_SYS_PTRACE (in a container --cap-add SYS_PTRACE), or set kernel.yama.ptrace_scope to 0.';
  if (/No such process|ESRCH/.test(said)) return 'The server ended before strace could attach to it.';
  const last = said.trim().split('\n').at(-1) ?? '';
  return `strace could not attach to the server${last ? `: ${last}` : ' in time'}.`;
}

/** A trace has no name, and is gone when it is closed, whatever becomes of us. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'churn-'));
  try {
    return openSync(join(folder, 'trace'), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const DIES_WITH_US = ['--pdeathsig', 'KILL', 'env', 'LC_ALL=C'];
/** A server of 1000 threads is attached to in less. */
const ATTACH_MS = 3_000;
const STOP_MS = 2_000;
const MAX_SAID = 4_096;
const MAX_BYTES = 64 * 1024 * 1024;
