import { setTimeout as sleep } from 'node:timers/promises';
import { isRunnable } from '../proc/cpu-time.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { readStat } from '../proc/process.js';
import { descendants, readProcessTable } from '../proc/tree.js';

/** A process, told from a later one with the same pid. */
type Key = Pick<ProcessStat, 'pid' | 'startTicks'>;

/** Every process of the tree that is alive now. */
export function livingProcesses(rootPids: readonly number[]): Key[] {
  return descendants(readProcessTable(), rootPids).filter(isAlive);
}

/** Some of these have exited, are zombies, or their pid belongs to a later process. 12 µs each. */
export function hasLost(processes: readonly Key[]): boolean {
  return processes.some(({ pid, startTicks }) => {
    const stat = readStat(pid);
    return !stat || stat.startTicks !== startTicks || !isAlive(stat);
  });
}

function isAlive({ state }: Pick<ProcessStat, 'state'>): boolean {
  return state !== 'Z' && state !== 'X';
}

/** A thread was found running at three moments in a row: a server at rest is asleep at the first or at the next. */
export async function isRestless(pids: () => readonly number[]): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await sleep(APART_MS);
    if (!isRunnable(pids())) return false;
  }
  return true;
}

const LOOKS = 3;
const APART_MS = 5;
