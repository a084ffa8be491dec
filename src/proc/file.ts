import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** The text of a file under /proc, or why there is none: its process is gone, or it belongs to somebody else. */
export type ProcText = { readonly text: string } | { readonly missing: 'gone' | 'denied' };

export function readProcText(path: string): ProcText {
  try {
    return { text: readFileSync(path, 'latin1') };
  } catch (error) {
    return { missing: missingBecause(error) };
  }
}

/** The text alone, for files whose absence needs no reason. */
export function readProcTextOrNothing(path: string): string | undefined {
  const read = readProcText(path);
  return 'text' in read ? read.text : undefined;
}

/** A process that exits while it is read answers ENOENT or ESRCH, one of another user EACCES or EPERM. */
export function missingBecause(error: unknown): 'gone' | 'denied' {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  if (code === 'ENOENT' || code === 'ESRCH' || code === 'EINVAL' || code === 'ENOTDIR') return 'gone';
  throw error;
}

/**
 * A file under /proc that is read again and again: opened once, read at offset 0, which makes the kernel write it anew.
 * 3.7 µs for a stat where open, read and close take 12. The opener closes it.
 */
export class ProcFile {
  /** undefined once it was closed: somebody else has its number then. */
  #fd: number | undefined;
  readonly #buffer: Buffer;

  /** @throws the error of open(2), when the process is gone. */
  constructor(path: string, sizeBytes = 4096) {
    this.#fd = openSync(path, 'r');
    this.#buffer = Buffer.allocUnsafe(sizeBytes);
  }

  /** Up to `sizeBytes` of it; undefined when the process is gone, or the file was closed. */
  read(sizeBytes = this.#buffer.length): string | undefined {
    if (this.#fd === undefined) return undefined;
    try {
      return this.#buffer.toString('latin1', 0, readSync(this.#fd, this.#buffer, 0, sizeBytes, 0));
    } catch (error) {
      missingBecause(error);
      return undefined;
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
