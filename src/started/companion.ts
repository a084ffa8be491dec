import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChurnError } from '../errors.js';
import { ownLimitError } from '../own-limits.js';
import { descendsFrom } from '../proc/tree.js';
import { killAll, signalProcess, untilGone } from './end.js';
import { limitWords } from './limits.js';
import { findProgram } from './program.js';
import { spawnSupervised } from './supervised.js';
import type { World } from './world.js';

/** How a program ended, and how long it took. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
}

/** A program that talks to a server: the client of `serve`, the load of `watch`. */
export interface Companion {
  readonly pid: number;
  readonly command: readonly string[];
  readonly ended: Promise<Ended>;
  /** Whether a process is it, or came of it. */
  has(pid: number): boolean;
  /** Ends it and all that came of it: SIGTERM, and SIGKILL to whoever is left after the grace time. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts it as a server is started, but for what it prints: that goes to stderr, because stdout belongs to the report, or
 * nowhere. `hear` is told each line of it.
 *
 * @throws ChurnError `no-such-program` when it cannot be run.
 */
export async function startCompanion(
  command: readonly string[],
  isQuiet: boolean,
  { env, nodePath, kill, stderr }: World,
  hear?: (line: string) => void,
): Promise<Companion> {
  const name = command[0] ?? '';
  const path = findProgram(name, env);
  const limit = limitWords(undefined, env);
  const output = hear ? 'pipe' : isQuiet ? 'ignore' : STDERR;
  const startedAtMs = performance.now();
  const { child, family, guard } = await spawnSupervised(
    [...limit, path, ...command.slice(1)],
    { ...(limit.length > 0 ? {} : { argv0: name }), stdio: ['ignore', output, output], env },
    { nodePath },
  ).catch(error => {
    throw cannotRun(name, error);
  });
  const heard = hear && hearing(child, text => !isQuiet && stderr?.write(text), hear);
  const ended = new Promise<Ended>(resolve => {
    child.once('exit', (status, signal) =>
      resolve({ status, signal, durationMs: performance.now() - startedAtMs }),
    );
  });
  const stop = async (graceMs = GRACE_MS) => {
    for (const stat of family.look()) signalProcess(stat, 'SIGTERM', kill);
    await untilGone(family, graceMs);
    const survivors = await killAll(family, kill);
    if (survivors.length === 0) await ended;
    await heard?.();
    await guard.dismiss();
  };
  const first = child.pid ?? 0;
  const has = (pid: number) => descendsFrom(pid, [first]) || family.look().some(stat => stat.pid === pid);
  return { pid: first, command, ended, has, stop };
}

/** What spawn(2) says of a program that is there and cannot be run all the same. */
export function cannotRun(name: string, error: NodeJS.ErrnoException): unknown {
  if (error.code === undefined || error instanceof ChurnError) return error;
  const limit = ownLimitError(error);
  if (limit !== undefined) return limit;
  return new ChurnError(
    'no-such-program',
    `${JSON.stringify(name)} cannot be run: ${error.code}.`,
    error.code === 'ENOEXEC' || error.code === 'UNKNOWN'
      ? 'A script needs a first line such as #!/bin/sh; a program must be built for this machine.'
      : 'Check its permissions, and run it by hand once.',
  );
}

/**
 * Tells each line that a program prints, and passes all of it on. Returns how to wait for the last of it: whoever has left
 * the family may keep the pipes open for ever.
 */
function hearing(
  child: ChildProcess,
  pass: (text: string) => void,
  hear: (line: string) => void,
): () => Promise<void> {
  const streams = [child.stdout, child.stderr].flatMap(stream => stream ?? []);
  const ended = streams.map(stream => {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      pass(text);
      const lines = (rest + text).split(/[\r\n]+/);
      rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
      for (const line of lines) hear(line);
    });
    return once(stream, 'close').then(() => hear(rest));
  });
  return async () => {
    const over = new AbortController();
    const limit = sleep(GRACE_MS, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([Promise.all(ended), limit]);
    over.abort();
    for (const stream of streams) stream.destroy();
  };
}

const LONGEST_LINE = 65_536;
const STDERR = 2;
const GRACE_MS = 2_000;
