import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statfsSync,
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
  #kept = '';

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
      .filter(line => line !== '' && !isTrace(line))
      .slice(-most);
  }

  /** All lines in which a checker may have said something, also those that were cut off. */
  ofCheckers(): string {
    return this.#kept + readLines(this.fd, 0);
  }

  /** What a reader should know of the file: it is the server that writes it, and a full disk is told to nobody else. */
  notes(): readonly string[] {
    if (this.file === undefined || !fstatSync(this.fd).isFile() || statfsSync(this.file).bavail > 0)
      return [];
    return [`the disk of ${this.file} (--server-log) is full: the end of what the server wrote is missing`];
  }

  close(): void {
    clearInterval(this.#timer);
    closeSync(this.fd);
  }

  /** A server that logs every connection of a long run must not fill the disk: nobody asked for all of it. */
  #keepSmall(): void {
    if (fstatSync(this.fd).size <= MAX_BYTES) return;
    this.#kept = (this.#kept + readLines(this.fd, 0)).slice(-TAIL_BYTES * 16);
    ftruncateSync(this.fd, 0);
  }
}

/** The lines of a file from some place on in which a checker may have said something. */
export function readLines(fd: number, from: number): string {
  const { size } = fstatSync(fd);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  const found: string[] = [];
  let rest = '';
  for (let at = Math.max(from, size - MAX_SEARCHED_BYTES); at < size; ) {
    const read = readSync(fd, buffer, 0, buffer.length, at);
    if (read === 0) break;
    at += read;
    const lines = (rest + buffer.toString('latin1', 0, read)).split('\n');
    rest = (lines.pop() ?? '').slice(0, CHUNK_BYTES);
    for (const line of lines) if (OF_CHECKERS.test(line)) found.push(line);
  }
  if (OF_CHECKERS.test(rest)) found.push(rest);
  return Buffer.from(found.map(line => `${line}\n`).join(''), 'latin1').toString('utf8');
}

/** LeakSanitizer says this because it was asked to: it tells that it came to look, and nothing of the server. */
export function isTrace(line: string): boolean {
  return /^==\d+==(?:Processing thread \d+\.|(?:Stack|TLS|DTLS \d+) at 0x[0-9a-f]+-0x[0-9a-f]+)/.test(line);
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
const MAX_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 1_024 * 1_024;
const MAX_SEARCHED_BYTES = 256 * 1_024 * 1_024;
/** A prefix of valgrind or a sanitizer, a line of UBSan, an element of XML. */
const OF_CHECKERS = /==\d+==|^==|Sanitizer|runtime error: |^\s*<\/?[?a-z]/;
const LOOK_MS = 1_000;
