import { readCollections } from '../proc/collections.js';
import { readSmapsRollup } from '../proc/memory.js';
import { readStatus } from '../proc/process.js';
import type { Target } from '../target/target.js';
import type { Round } from '../verdict/evidence.js';

/**
 * Private memory of these processes, and how often their runtime has collected garbage until now, where it tells.
 * Nothing of one that runs with a checker, which keeps what was freed.
 */
export function privateMemory(
  processes: ReadonlyArray<{ readonly pid: number }>,
  { runtime, checker }: Pick<Target, 'runtime' | 'checker'>,
): Pick<Round, 'anonBytes' | 'collections'> {
  if (checker !== undefined) return { anonBytes: undefined, collections: undefined };
  const pids = processes.map(({ pid }) => pid);
  return {
    anonBytes: sum(pids.map(pid => readSmapsRollup(pid) ?? readStatus(pid)?.anonBytes)),
    collections: runtime === 'jvm' ? sum(pids.map(readCollections)) : undefined,
  };
}

/** Of those that are known; undefined when none is. */
function sum(numbers: ReadonlyArray<number | undefined>): number | undefined {
  return numbers.reduce((total, number) => (number === undefined ? total : (total ?? 0) + number), undefined);
}
