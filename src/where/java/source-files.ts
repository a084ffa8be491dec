import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { foreignRoot } from '../../proc/foreign-root.js';
import { readCommand, readEnvironment, readWorkingFolder } from '../../proc/process.js';
import type { JavaFrame } from './thread-print.js';

/** Finds the file that a class was compiled of: a stack of Java has its name alone, and its package is its folder. */
export class JavaSourceFiles {
  readonly #folders: readonly string[];
  readonly #known = new Map<string, string>();

  constructor(pid: number) {
    this.#folders = foreignRoot(pid) === undefined ? foldersOf(pid) : [];
  }

  /** Its path where it was found, else the name. */
  pathOf({ className, file }: Pick<JavaFrame, 'className' | 'file'>): string | undefined {
    if (file === undefined) return undefined;
    const inside = join(...className.split('.').slice(0, -1), file);
    const known = this.#known.get(inside);
    if (known !== undefined) return known;
    const found = this.#folders.map(folder => join(folder, inside)).find(path => existsSync(path)) ?? file;
    this.#known.set(inside, found);
    return found;
  }
}

/** Where the server was started and its classes lie, the folders around those, and where Maven and Gradle have sources. */
function foldersOf(pid: number): string[] {
  const start = readWorkingFolder(pid) ?? '/';
  const words = readCommand(pid);
  const paths = words.flatMap((word, index) => {
    if (/^(-cp|-classpath|--class-path)$/.test(word)) return words[index + 1]?.split(':') ?? [];
    if (/\.(java|jar)$/.test(word)) return [dirname(word)];
    return /^--class-path=(.*)$/.exec(word)?.[1]?.split(':') ?? [];
  });
  const classPath = [...paths, ...(readEnvironment(pid)['CLASSPATH'] ?? '').split(':')];
  const roots = [start, ...classPath.filter(path => path !== '').map(path => resolve(start, path))];
  const around = roots.slice(0, MOST_ROOTS).flatMap(root => ancestors(root));
  return [...new Set(['', ...around])].flatMap(root => LAYOUTS.map(layout => join(root, layout)));
}

/** A folder and those that it lies in, up to the one of a project whose classes go to build/classes/java/main. */
function ancestors(folder: string): string[] {
  const above = [folder];
  while (above.length <= MOST_ABOVE) above.push(dirname(above.at(-1) ?? folder));
  return above;
}

const LAYOUTS = ['.', 'src', 'src/main/java', 'src/main/kotlin', 'app/src/main/java'];
const MOST_ABOVE = 4;
const MOST_ROOTS = 50;
