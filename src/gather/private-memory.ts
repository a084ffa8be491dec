import { readJavaHeap } from '../proc/java-heap.js';
import { readSmapsRollup } from '../proc/memory.js';
import type { JavaHeap } from '../proc/parse/hsperfdata.js';
import { readStatus } from '../proc/process.js';
import type { Target } from '../target/target.js';
import type { Round } from '../verdict/evidence.js';

/**
 * Private memory of these processes, and the heap of those that are a JVM, where it tells.
 * Nothing of one that runs with a checker, which keeps what was freed.
 */
export function privateMemory(
  processes: ReadonlyArray<{ readonly pid: number }>,
  { runtime, checker }: Pick<Target, 'runtime' | 'checker'>,
): Pick<Round, 'anonBytes' | 'heap'> {
  if (checker !== undefined) return { anonBytes: undefined, heap: undefined };
  const pids = processes.map(({ pid }) => pid);
  return {
    anonBytes: sum(pids.map(pid => readSmapsRollup(pid) ?? readStatus(pid)?.anonBytes)),
    heap: runtime === 'jvm' ? inAll(pids.flatMap(pid => readJavaHeap(pid) ?? [])) : undefined,
  };
}

/** Of those that are known; undefined when none is. */
function sum(numbers: ReadonlyArray<number | undefined>): number | undefined {
  return numbers.reduce((total, number) => (number === undefined ? total : (total ?? 0) + number), undefined);
}

/** What is kept is known when each has collected once: the first collection of one more would look like a leak. */
function inAll(heaps: readonly JavaHeap[]): JavaHeap | undefined {
  if (heaps.length === 0) return undefined;
  return {
    collections: heaps.reduce((total, { collections }) => total + collections, 0),
    keptBytes: heaps.reduce<number | undefined>(
      (total, { keptBytes }) =>
        total === undefined || keptBytes === undefined ? undefined : total + keptBytes,
      0,
    ),
  };
}
