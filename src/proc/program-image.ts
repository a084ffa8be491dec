import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readProcTextOrNothing } from './file.js';
import { folderOf } from './folder.js';

/** What a process is made of, as far as /proc tells without disturbing it. */
export interface ProgramImage {
  /** Base names of the files that are mapped into it: libraries, images of heaps. */
  readonly mapped: ReadonlySet<string>;
  /** Code that is in no file, in bytes: what a compiler makes while the program runs. */
  readonly generatedCodeBytes: number;
}

/** From the mappings of a process. Its own program stands among them. */
export function readProgramImage(pid: number): ProgramImage {
  const mapped = new Set<string>();
  let generatedCodeBytes = 0;
  for (const line of (readProcTextOrNothing(`${folderOf(pid)}/maps`) ?? '').split('\n')) {
    const [, from = '0', to = '0', execute, inode, file = ''] = MAPPING.exec(line) ?? [];
    if (inode !== undefined && inode !== '0') mapped.add(file.slice(file.lastIndexOf('/') + 1));
    else if (execute === 'x' && file === '')
      generatedCodeBytes += Number.parseInt(to, 16) - Number.parseInt(from, 16);
  }
  return { mapped, generatedCodeBytes };
}

const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) ..(.). \S+ \S+ (\d+) *(.*)$/;

/**
 * The first of these texts that stands in the program of a process, from its beginning to its end; undefined for
 * none, as of one that is gone or may not be read. Symbols may be stripped from a program, but not the names of the
 * environment variables that it reads.
 */
export function findInProgram(pid: number, texts: readonly string[]): string | undefined {
  let file: number;
  try {
    file = openSync(`${folderOf(pid)}/exe`, 'r');
  } catch {
    return undefined;
  }
  try {
    const wanted = texts.map(text => Buffer.from(text));
    const size = Math.min(fstatSync(file).size, MAX_SEARCHED_BYTES);
    const longest = Math.max(0, ...wanted.map(({ length }) => length));
    const chunk = Buffer.alloc(Math.min(size, CHUNK_BYTES));
    for (let at = 0; at < size; at += Math.max(1, chunk.length - longest)) {
      const read = chunk.subarray(0, readSync(file, chunk, 0, chunk.length, at));
      const found = wanted.findIndex(text => read.includes(text));
      if (found >= 0) return texts[found];
      if (read.length < chunk.length) break;
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

const CHUNK_BYTES = 4 * 2 ** 20;
/** A runtime that is linked into a program stands within it; larger ones are told by their names. */
const MAX_SEARCHED_BYTES = 256 * 2 ** 20;
