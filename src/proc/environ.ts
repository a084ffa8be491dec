import { readProcTextOrNothing } from './file.js';

/**
 * Whether a process was started with `NAME=value` in its environment. Children inherit that, also those that have left
 * group and session. A program that writes its title over its environment (nginx) cannot be told by it.
 */
export function hasInEnvironment(pid: number, assignment: string): boolean {
  const text = readProcTextOrNothing(`/proc/${pid}/environ`);
  return text !== undefined && `\0${text}`.includes(`\0${assignment}\0`);
}
