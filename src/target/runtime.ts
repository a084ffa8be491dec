import { basename } from 'node:path';
import { readProgramPath } from '../proc/process.js';

/** Programs that run somebody's server in a managed heap. A Go program is one of its own name and is not told apart. */
const MANAGED = /^(node|nodejs|bun|deno|java|python|ruby|dotnet|mono|php|beam|erl|perl|lua|R)[\d.]*(-\w+)?$/;

/** How the memory of a server is managed, from the name of the program that it runs. */
export function runtimeOf(pid: number): 'native' | 'managed' {
  return MANAGED.test(basename(readProgramPath(pid) ?? '')) ? 'managed' : 'native';
}
