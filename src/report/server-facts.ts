import type { Point } from '../sampler/point.js';
import type { ProcessSnapshot, Snapshot } from '../sampler/snapshot.js';
import type { Evidence } from '../verdict/evidence.js';
import type { ServerFacts } from './wording/server-kind.js';

/** What the run saw of how the server is built. */
export function serverFacts(
  { before, after, rootCount, waits, judgedConnections }: Evidence,
  series: readonly Point[],
  program: string | undefined,
): ServerFacts {
  const childrenBefore = Math.max(0, before.processes.length - rootCount);
  const threadsBefore = countThreads(before);
  const reapedFaults = growth(before, after, ({ childFaults }) => childFaults);
  const endedThreadFaults = growth(before, after, process => process.endedThreadFaults);
  const hadShortLivedChildren =
    series.some(({ children }) => children > childrenBefore) ||
    after.processes.length > before.processes.length ||
    after.zombies.length > before.zombies.length ||
    reapedFaults >= FAULTS_PER_CHILD * judgedConnections;
  return {
    program,
    rootsBefore: rootCount,
    childrenBefore,
    threadsBefore,
    hadShortLivedChildren,
    hadShortLivedThreads:
      !hadShortLivedChildren &&
      (series.some(({ threads }) => threads > threadsBefore) ||
        countThreads(after) > threadsBefore ||
        endedThreadFaults >= FAULTS_PER_THREAD * judgedConnections),
    syscalls: waits,
  };
}

function countThreads({ processes }: Snapshot): number {
  return processes.reduce((sum, { threads }) => sum + threads, 0);
}

/** How much a number has grown in the processes that were there before. */
function growth(before: Snapshot, after: Snapshot, of: (process: ProcessSnapshot) => number): number {
  const known = new Map(before.processes.map(process => [process.pid, of(process)]));
  return after.processes.reduce((sum, process) => {
    const now = of(process);
    return sum + now - (known.get(process.pid) ?? now);
  }, 0);
}

/** A child that does nothing but exit makes about 23 page faults, which its parent inherits by waiting for it. */
const FAULTS_PER_CHILD = 10;
/** A thread that does nothing but close a connection makes about 0.4 of them, on a stack that is used again. */
const FAULTS_PER_THREAD = 0.1;
