import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  mkdtempSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ChurnError } from '../errors.js';
import { writeTrouble } from '../own-limits.js';

/**
 * Makes sure before a run that a report can be written behind it. A named pipe is opened without waiting for a reader,
 * and kept open, because to close it would end the reader.
 *
 * @returns the descriptor of a named pipe.
 * @throws ChurnError `usage` for a file that cannot be written, or a pipe that nobody reads.
 */
export function requireWritable(file: string): number | undefined {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) throw cannotWrite(file, 'it is a folder', 'Name a file in it.');
    if (stat?.isFIFO()) return openPipe(file);
    if (stat && ((stat.mode & ANY_WRITE) === 0 || !isWritable(file))) {
      throw cannotWrite(file, 'it is read-only', 'Name another file, or allow it: chmod u+w');
    }
    const folder = dirname(stat ? realpathSync(file) : resolve(file));
    if ((!stat || stat.isFile()) && !isWritable(folder)) {
      throw cannotWrite(
        file,
        `${folder} is missing or not writable`,
        'Make the folder first, or name another file.',
      );
    }
  } catch (error) {
    if (error instanceof ChurnError) throw error;
    throw cannotWrite(file, writeTrouble(error), 'Name another file.');
  }
  return undefined;
}

/** A reader that was started in the same line of a shell may need a moment to be there. */
function openPipe(file: string): number {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    try {
      return openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      if (waitedMs < READER_MS) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      else
        throw cannotWrite(
          file,
          'it is a named pipe that nobody reads',
          `Start the reader first: cat ${file} &`,
        );
    }
  }
}

const READER_MS = 2_000;
const PAUSE_MS = 20;

function cannotWrite(file: string, why: string, hint: string): ChurnError {
  return new ChurnError('usage', `A report cannot be written to ${file}: ${why}.`, hint);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What tells files apart, whatever links lead to them, also of one that is not there yet: device and inode. */
export function identityOf(file: string): string {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat) return `${stat.dev}:${stat.ino}`;
    const link = linkOf(file);
    if (link !== undefined) return identityOf(resolve(dirname(file), link));
    const folder = statSync(dirname(resolve(file)));
    return `${folder.dev}:${folder.ino}/${basename(file)}`;
  } catch {
    return resolve(file);
  }
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Writes a text whole or not at all: beside the file first, then renamed over it, with its mode and owner. What is no file
 * (/dev/null, a pipe) is written to as it is: renamed over, it would be gone.
 *
 * @throws the error of the call that failed; nothing is left then.
 */
export async function writeWhole(
  file: string,
  text: string,
  { pipe, signal }: { readonly pipe?: number | undefined; readonly signal: AbortSignal },
): Promise<void> {
  if (pipe !== undefined) return writeToPipe(pipe, text, signal);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() === false) return writeFileSync(file, text);
  const target = stat ? realpathSync(file) : file;
  // As short as a name can be: that of the file may be as long as one may be.
  const beside = join(dirname(target), `.churn-${Math.random().toString(36).slice(2, 10)}`);
  try {
    writeFileSync(beside, text, { flag: 'wx' });
    if (stat === undefined || takesOver(beside, stat)) renameSync(beside, target);
    else copyFileSync(beside, target);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Gives a file the mode and the owner of another. Only root may give to somebody else. */
function takesOver(beside: string, { mode, uid, gid }: Stats): boolean {
  try {
    const own = statSync(beside);
    if (own.uid !== uid || own.gid !== gid) chownSync(beside, uid, gid);
    chmodSync(beside, mode & 0o7777);
    return true;
  } catch {
    return false;
  }
}

/** Waits for the reader as long as nobody interrupts it. */
async function writeToPipe(pipe: number, text: string, signal: AbortSignal): Promise<void> {
  const socket = new Socket({ fd: pipe, readable: false, writable: true });
  const giveUp = () => socket.destroy(new Error('nobody read it before the interruption'));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await new Promise<void>((done, failed) => {
      socket.once('error', failed);
      socket.end(text, () => done());
    });
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Where a report goes whose own file could not be written, so that a run of a night is not lost. */
export function writeElsewhere(file: string, text: string): string | undefined {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'churn-report-'));
    const other = join(folder, basename(file).slice(-MAX_NAME));
    writeFileSync(other, text);
    return other;
  } catch {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
}

const ANY_WRITE = 0o222;
const MAX_NAME = 100;
