import { basename } from 'node:path';
import { readProgramPath } from '../proc/process.js';

/**
 * How the memory of a server is managed:
 * - `native`: malloc and free;
 * - `interpreted`: reference counts give most of it back at once, some garbage waits for a collection;
 * - `managed`: a compiler warms up, and a heap grows to its size before it is collected;
 * - `jvm`: the same, with a heap that may take a quarter of the machine's memory before it is collected at all.
 */
export type Runtime = 'native' | 'interpreted' | 'managed' | 'jvm';

/** By the name of the program. A Go program has a name of its own and is not told from a native one. */
const PROGRAMS: ReadonlyArray<readonly [RegExp, Runtime]> = [
  [/^(node|nodejs|bun|deno|dotnet|mono|beam|erl)[\d.]*(\.smp)?$/, 'managed'],
  [/^(java|jruby)[\d.]*$/, 'jvm'],
  [/^(python|ruby|perl|php|lua)[\d.]*(-\w+)?$/, 'interpreted'],
];

export function runtimeOf(program: string | undefined): Runtime {
  return PROGRAMS.find(([name]) => name.test(program ?? ''))?.[1] ?? 'native';
}

/** Name of the executable, without its folder. */
export function programOf(pid: number): string | undefined {
  const path = readProgramPath(pid);
  return path === undefined ? undefined : basename(path);
}
