import { readJavaHeap } from '../proc/java-heap.js';
import { forgetTouched, readSmapsRollup, readTouched } from '../proc/memory.js';
import type { JavaHeap } from '../proc/parse/hsperfdata.js';
import { readStatus } from '../proc/process.js';
import type { Target } from '../target/target.js';
import type { Round } from '../verdict/evidence.js';

type Processes = ReadonlyArray<{ readonly pid: number }>;
type TargetFacts = Pick<Target, 'runtime' | 'checker'>;

/**
 * Private memory of these processes, and the heap of those that are a JVM, where it tells.
 * Nothing of one that runs with a checker, which keeps what was freed.
 */
export function privateMemory(
  processes: Processes,
  { runtime, checker }: TargetFacts,
): Pick<Round, 'anonBytes' | 'heap'> {
  if (checker !== undefined) return { anonBytes: undefined, heap: undefined };
  const pids = processes.map(({ pid }) => pid);
  return {
    anonBytes: sum(pids.map(pid => readSmapsRollup(pid) ?? readStatus(pid)?.anonBytes)),
    heap: runtime === 'jvm' ? inAll(pids.flatMap(pid => readJavaHeap(pid) ?? [])) : undefined,
  };
}

/** From now on `touchedMemory` tells what is used. */
export function forgetTouchedMemory(processes: Processes, target: TargetFacts): void {
  if (tellsByTouch(processes, target)) for (const { pid } of processes) forgetTouched(pid);
}

/** What of their memory was used since; undefined where that says nothing. */
export function touchedMemory(processes: Processes, target: TargetFacts): number | undefined {
  return tellsByTouch(processes, target) ? sum(processes.map(({ pid }) => readTouched(pid))) : undefined;
}

/** What collections leave says more of a JVM; and many processes take too long to be read in every round. */
function tellsByTouch(processes: Processes, { runtime, checker }: TargetFacts): boolean {
  return checker === undefined && runtime !== 'jvm' && processes.length <= MAX_TOUCHED;
}

const MAX_TOUCHED = 16;

/** Of those that are known; undefined when none is. */
function sum(numbers: ReadonlyArray<number | undefined>): number | undefined {
  return numbers.reduce((total, number) => (number === undefined ? total : (total ?? 0) + number), undefined);
}

/** What is kept is known when each has collected once: the first collection of one more would look like a leak. */
function inAll(heaps: readonly JavaHeap[]): JavaHeap | undefined {
  if (heaps.length === 0) return undefined;
  return {
    collections: heaps.reduce((total, { collections }) => total + collections, 0),
    keptBytes: ofAll(heaps.map(({ keptBytes }) => keptBytes)),
    residentBytes: ofAll(heaps.map(({ residentBytes }) => residentBytes)),
  };
}

/** undefined when one of them is not known. */
function ofAll(numbers: ReadonlyArray<number | undefined>): number | undefined {
  return numbers.reduce<number | undefined>(
    (total, number) => (total === undefined || number === undefined ? undefined : total + number),
    0,
  );
}
