import { closeSync, fstatSync, openSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { readChecker, readSanitizers } from '../proc/checker.js';
import {
  isCaught,
  readCommand,
  readEnvironment,
  readOwnName,
  readStderr,
  readWorkingFolder,
} from '../proc/process.js';
import type { CheckedProcess, Sanitizer } from './checked-process.js';
import { namesOf, sanitizerOptions, valgrindOptions } from './checker-options.js';
import { headsOf } from './heads.js';
import { isTrace, readLines } from './output.js';
import type { StartedServer } from './server.js';
import type { StopSignal } from './stop.js';

/** What the checkers of a server's processes were told, and all that they wrote. */
export interface Heard {
  readonly processes: readonly CheckedProcess[];
  readonly text: string;
}

/** A file that a checker may write, by its pattern. */
interface Log {
  readonly folders: readonly string[];
  readonly pattern: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A sanitizer puts its pid behind. */
  readonly hasPidBehind: boolean;
}

interface Seen extends CheckedProcess {
  readonly logs: readonly Log[];
}

/**
 * The checkers of a server that was started: found while it lives, because its environment and its command line tell
 * where they write; read when it is gone.
 */
export class Checkers {
  readonly #server: StartedServer;
  readonly #startedAtMs = Date.now();
  readonly #seen = new Map<string, Seen>();
  /** Files that stderr leads to, and how long they were when that was seen. */
  readonly #stderrs = new Map<string, number>();

  /** Right after the server was started: a log that is older is none of its own. */
  constructor(server: StartedServer) {
    this.#server = server;
  }

  /** Who runs with one now: when the server is ready, and before it is stopped. */
  look(isStopping: boolean): void {
    for (const { pid, startTicks } of this.#server.look()) {
      const seen = this.#examine(pid, isStopping);
      const known = this.#seen.get(`${pid}:${startTicks}`);
      // Who has written over its environment since told it before.
      if (seen)
        this.#seen.set(
          `${pid}:${startTicks}`,
          known ? { ...known, isMute: seen.isMute, wasStopped: isStopping } : seen,
        );
    }
  }

  /** One that only SIGINT can make to leave by exit() is stopped so: LeakSanitizer looks there, and nowhere else. */
  stopSignal(): StopSignal {
    const heads = headsOf(this.#server, this.#server.look());
    const needsInterrupt = heads.some(
      ({ pid }) =>
        readSanitizers(pid).some(name => LOOK_AT_EXIT.includes(name)) &&
        !isCaught(pid, constants.signals.SIGTERM) &&
        isCaught(pid, constants.signals.SIGINT),
    );
    return needsInterrupt ? 'SIGINT' : 'SIGTERM';
  }

  /** After its end. */
  hear(): Heard {
    const seen = [...this.#seen.values()];
    const files = [...new Set(seen.flatMap(({ logs }) => logs).flatMap(log => this.#filesOf(log)))];
    const texts = files.map(readLog);
    return {
      processes: seen.map(({ logs, ...facts }) => ({
        ...facts,
        isMute: facts.isMute && files.length === 0,
      })),
      text: [
        this.#server.output.ofCheckers(),
        ...texts,
        ...[...this.#stderrs].map(([path, from]) => readFrom(path, from)),
      ].join('\n'),
    };
  }

  #examine(pid: number, isStopping: boolean): Seen | undefined {
    const checker = readChecker(pid);
    const sanitizers = readSanitizers(pid);
    if (checker === undefined && sanitizers.length === 0) return undefined;
    const env = { ...this.#server.world.env, ...readEnvironment(pid) };
    const valgrind = checker === 'valgrind' ? valgrindOptions(readCommand(pid), env) : undefined;
    const sanitizer = sanitizerOptions(env);
    const folders = [...new Set([readWorkingFolder(pid) ?? '.', resolve('.')])];
    return {
      pid: readOwnName(pid),
      isFirst: pid === this.#server.pid,
      sanitizers,
      valgrind,
      wasStopped: isStopping,
      leaksSwitchedOff: sanitizer.leaksSwitchedOff,
      reportStatus: sanitizers.length > 0 ? sanitizer.reportStatus : undefined,
      isMute: this.#isMute(pid),
      logs: [
        ...(valgrind?.logs ?? []).map(pattern => ({ folders, pattern, env, hasPidBehind: false })),
        ...(sanitizers.length > 0 ? sanitizer.logs : []).map(pattern => ({
          folders,
          pattern,
          env,
          hasPidBehind: true,
        })),
      ],
    };
  }

  /** What is written there cannot be read. A file can: what stands in it already is somebody else's. */
  #isMute(pid: number): boolean {
    const stderr = readStderr(pid);
    const { dev, ino } = fstatSync(this.#server.output.fd);
    if (stderr === undefined || stderr.file === `${dev}:${ino}`) return false;
    if (stderr.path === undefined) return true;
    const size = statSync(stderr.path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return true;
    if (!this.#stderrs.has(stderr.path)) this.#stderrs.set(stderr.path, size);
    return false;
  }

  #filesOf({ folders, pattern, env, hasPidBehind }: Log): string[] {
    const pids = [
      ...new Set([...this.#server.family.pids, ...[...this.#seen.values()].map(({ pid }) => pid)]),
    ];
    const whole = hasPidBehind ? `${pattern}.%p` : pattern;
    return folders.flatMap(from => {
      const path = resolve(from, whole);
      const [name, folder] = [basename(path), dirname(path)];
      const wanted = namesOf(name, env, pids);
      const withProgram = namesOf(`${basename(pattern)}.%b.%p`, env, pids);
      return namesIn(folder)
        .filter(one => wanted.test(one) || (hasPidBehind && withProgram.test(one)))
        .map(one => resolve(folder, one))
        .filter(
          one => (statSync(one, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= this.#startedAtMs - SLACK_MS,
        );
    });
  }
}

/** One that has nothing but what LeakSanitizer was asked to say would not be there without us. */
function readLog(path: string): string {
  const text = readFrom(path, 0);
  const lines = text.split('\n').filter(Boolean);
  if (lines.length > 0 && lines.every(isTrace) && statSync(path).size === Buffer.byteLength(text))
    unlinkSync(path);
  return text;
}

function readFrom(path: string, from: number): string {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    return readLines(fd, from);
  } finally {
    closeSync(fd);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const LOOK_AT_EXIT: readonly Sanitizer[] = ['address', 'hwaddress', 'leak'];
/** File systems keep times less exactly than the clock tells them. */
const SLACK_MS = 20;
