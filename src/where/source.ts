import { readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Frame, SourceLine } from './found.js';
import type { CodePlace } from './native/symbols.js';

/** Reads the sources that frames name, each once. */
export class Sources {
  readonly #root: string;
  readonly #lines = new Map<string, readonly string[]>();
  readonly #changed = new Set<string>();

  /** `root` is where the files of the server are found from here, where it has others than we: a container. */
  constructor(root = '') {
    this.#root = root;
  }

  /** Files that are newer than the program made of them: their lines may have moved. */
  changedSince(builtAtMs: number): string[] {
    return [...this.#changed].filter(file => (mtimeMs(this.#root + file) ?? 0) > builtAtMs).map(shownPath);
  }

  /** A frame with its path as a reader would write it, and the lines around it. */
  frame({ function: name, file, line, at }: Pick<CodePlace, 'function' | 'file' | 'line' | 'at'>): Frame {
    const path = file === undefined ? undefined : resolve(file);
    if (path !== undefined && line !== undefined) this.#changed.add(path);
    return {
      function: name ?? null,
      file: path === undefined ? null : shownPath(path),
      line: line ?? null,
      at,
      source: path === undefined || line === undefined ? [] : this.#around(path, line),
    };
  }

  /** All lines of a file; none where it cannot be read. */
  lines(path: string): readonly string[] {
    const known = this.#lines.get(path);
    if (known) return known;
    const lines = readLines(this.#root + path);
    this.#lines.set(path, lines);
    return lines;
  }

  #around(path: string, line: number): SourceLine[] {
    const lines = this.lines(path);
    if (line > lines.length) return [];
    return [line - 1, line, line + 1]
      .filter(number => number >= 1 && number <= lines.length)
      .map(number => ({
        number,
        text: (lines[number - 1] ?? '').slice(0, MOST_CHARACTERS),
        marked: number === line,
      }));
  }
}

function readLines(path: string): string[] {
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES) return [];
    return readFileSync(path, 'utf8')
      .replace(/\r?\n$/, '')
      .split(/\r?\n/);
  } catch {
    // Built elsewhere, or not ours to read: the line alone has to do.
    return [];
  }
}

function mtimeMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** Relative to where churn was started, if it lies there. */
function shownPath(path: string): string {
  const inside = relative('', path);
  return inside === '' || inside.startsWith('..') ? path : inside;
}

/** A line of a program that was made by another one may be as long as a file. */
const MOST_CHARACTERS = 200;
const MOST_BYTES = 4 * 1024 * 1024;
