import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readRunQueueWaitMs } from '../../src/proc/cpu-time.js';
import { compileOnce } from '../servers/compile-once.js';
import { brand } from '../support/survivors.js';

const BIN = fileURLToPath(new URL('../../../bin/churn.js', import.meta.url));

/** A command line of churn, and how it may end. */
export interface Command {
  readonly name: string;
  /** `{folder}` is one of its own, in which it may write. */
  readonly args: readonly string[];
  /** Exit statuses that are no lie about the server. */
  readonly may: readonly number[];
}

export interface Torment {
  readonly env?: Readonly<Record<string, string>>;
  /** Words before node: taskset, nice. */
  readonly through?: readonly string[];
  /** The kernel has ended it for want of memory, which nobody can tell any more. */
  readonly hasKilled?: () => boolean;
  /** Sent after so long. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly afterMs: number };
}

/** What fails in a program under the shim. */
export interface Failing {
  readonly call: string;
  /** From this call on, or this one alone. */
  readonly nth: number;
  readonly once?: boolean;
  readonly error: keyof typeof constants.errno;
  /** Calls are counted from the first open of a path that contains this. */
  readonly since?: string;
}

/** The environment in which calls of a program fail. */
export async function shimmed({
  call,
  nth,
  once = false,
  error,
  since = '/dist/cli/start.js',
}: Failing): Promise<Record<string, string>> {
  return {
    LD_PRELOAD: await compileOnce('shim.so', [SHIM], ['-shared', '-fPIC', '-ldl']),
    SHIM_CALL: call,
    SHIM_NTH: String(nth),
    SHIM_ERRNO: String(constants.errno[error]),
    SHIM_SINCE: since,
    ...(once ? { SHIM_ONCE: '1' } : {}),
  };
}

/** How many calls of a name churn makes itself, children apart, in such a run. */
export async function countCalls(call: string, args: readonly string[]): Promise<number> {
  const through = ['-qqq', '-e', `trace=${call}`, '-e', 'signal=none', process.execPath, BIN];
  const { stderr } = await promisify(execFile)('strace', [...through, ...args]);
  return stderr.split('\n').filter(line => line.startsWith(`${call}(`)).length;
}

const SHIM = fileURLToPath(new URL('../../../test/torture/shim.c', import.meta.url));

/** What a trial has come to: nothing is wrong, or in what way it is. */
export interface Outcome {
  readonly wrong: string | undefined;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the signal, or from the start, to the end. */
  readonly tookMs: number;
}

/** Runs a command line under a torment, and looks at all that it leaves behind. */
export async function runTrial({ args, may }: Command, torment: Torment): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'churn-torture-'));
  const { env, survivors } = brand();
  const [program = '', ...words] = [...(torment.through ?? []), process.execPath, BIN];
  const child = spawn(program, [...words, ...args.map(word => word.replaceAll('{folder}', folder))], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, TMPDIR: folder, ...torment.env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', text => {
    stdout += text;
  });
  child.stderr.on('data', text => {
    stderr += text;
  });
  const startedAtMs = performance.now();
  let sinceMs = startedAtMs;
  const closed = once(child, 'close');
  const { signal } = torment;
  if (signal) {
    void sleep(signal.afterMs).then(() => {
      sinceMs = performance.now();
      child.kill(signal.name);
    });
  }
  // What waits for a CPU that others have is slow, and does not hang.
  const limit = setInterval(() => {
    const waitedMs = child.pid === undefined ? 0 : readRunQueueWaitMs(child.pid);
    const tookMs = performance.now() - startedAtMs;
    if (tookMs - waitedMs > MOST_MS || tookMs > MOST_STARVED_MS) child.kill('SIGKILL');
  }, 500);
  const [status, killedBy] = (await closed) as [number | null, NodeJS.Signals | null];
  clearInterval(limit);
  const tookMs = performance.now() - sinceMs;
  const left = await stayers(survivors);
  const leftovers = halfWritten(folder);
  rmSync(folder, { recursive: true, force: true });
  // Node had not come as far as our handlers.
  const isEarly = signal !== undefined && killedBy === signal.name;
  const isKilled = killedBy === 'SIGKILL' && (torment.hasKilled?.() ?? false);
  const wrong =
    killedBy === 'SIGKILL' && !isKilled
      ? `did not end in ${MOST_MS / 1_000} s in which it had a CPU`
      : killedBy !== null && !isEarly && !isKilled
        ? `was ended by ${killedBy}`
        : status !== null && !may.includes(status)
          ? `exit status ${status}`
          : /^\s+at .+:\d+:\d+\)?$|node:internal|^Node\.js v/m.test(stderr)
            ? 'a stack on stderr'
            : status === 2 && stderr.trim() === ''
              ? 'not a word on stderr'
              : left.length > 0
                ? `left running: ${left.join(', ')}`
                : leftovers.length > 0 && !isKilled
                  ? `half written: ${leftovers.join(', ')}`
                  : undefined;
  return { wrong, status, stdout, stderr, tookMs };
}

/** Who still lives when the guard has had its time. */
async function stayers(survivors: () => number[]): Promise<number[]> {
  for (let turn = 0; turn < 100; turn++) {
    if (survivors().length === 0) return [];
    await sleep(30);
  }
  return survivors();
}

/** A report is whole or it is not there; what it was made of goes with it. */
function halfWritten(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => {
    if (name.includes('.churn-')) return true;
    if (!name.endsWith('.json')) return false;
    try {
      JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return false;
    } catch {
      return true;
    }
  });
}

const MOST_MS = 60_000;
/** Beside four loops, with the least of all claims to a CPU. */
const MOST_STARVED_MS = 600_000;
