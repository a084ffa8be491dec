import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChurnError } from '../errors.js';

/**
 * What a server writes goes straight into a file, so that it never waits for us and costs us nothing. Without a name
 * the file is unlinked at once and lives as long as it is open: nothing of it stays, whatever becomes of us.
 */
export class Output {
  readonly fd: number;
  readonly file: string | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  /** @throws ChurnError `usage` when the file cannot be written. */
  constructor(file: string | undefined) {
    this.file = file;
    this.fd = file === undefined ? openNameless() : openNamed(file);
    if (file === undefined) this.#timer = setInterval(() => this.#keepSmall(), LOOK_MS).unref();
  }

  /** The last lines, at most `most` of them. */
  lastLines(most: number): string[] {
    const { size } = fstatSync(this.fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(this.fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer
      .toString('utf8', 0, read)
      .split('\n')
      .map(line => line.trimEnd())
      .filter(line => line !== '')
      .slice(-most);
  }

  /** The end of it, for those who look for something in it. */
  text(mostBytes: number): string {
    const { size } = fstatSync(this.fd);
    const buffer = Buffer.alloc(Math.min(size, mostBytes));
    return buffer.toString('utf8', 0, readSync(this.fd, buffer, 0, buffer.length, size - buffer.length));
  }

  close(): void {
    clearInterval(this.#timer);
    closeSync(this.fd);
  }

  /** A server that logs every connection of a long run must not fill the disk: nobody asked for all of it. */
  #keepSmall(): void {
    if (fstatSync(this.fd).size > MOST_BYTES) ftruncateSync(this.fd, 0);
  }
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'churn-'));
  try {
    return openSync(join(folder, 'output'), FLAGS, 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openNamed(file: string): number {
  try {
    return openSync(file, FLAGS, 0o644);
  } catch (error) {
    throw new ChurnError(
      'usage',
      `--server-log: ${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`,
      'Check the folder and its permissions.',
    );
  }
}

/** Appended to: several processes write at its end, also after it was cut. */
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;
const TAIL_BYTES = 64 * 1024;
const MOST_BYTES = 64 * 1024 * 1024;
const LOOK_MS = 1_000;
