import { readStat } from '../proc/process.js';
import type { ProcessKey } from './target.js';

/** Where the programs of these processes lie, which execve(2) draws anew: by it a server that became another is known. */
export function imagesOf(roots: readonly ProcessKey[]): ReadonlyMap<number, string | undefined> {
  return new Map(roots.map(({ pid }) => [pid, readStat(pid)?.image]));
}

/** The processes that live on under their pid, and run a program that was started since. */
export function noteOfExec(
  roots: readonly ProcessKey[],
  before: ReadonlyMap<number, string | undefined>,
): string[] {
  return roots.flatMap(({ pid, startTicks }) => {
    const [was, stat] = [before.get(pid), readStat(pid)];
    const isSame =
      stat?.startTicks !== startTicks || stat.image === undefined || was === undefined || stat.image === was;
    return isSame
      ? []
      : [
          `process ${pid} has started its program anew during the run, in the same process (execve): memory and threads are those of the new one`,
        ];
  });
}
