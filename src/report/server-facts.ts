import type { Point } from '../sampler/point.js';
import type { Snapshot } from '../sampler/snapshot.js';
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
  const known = new Map(before.processes.map(({ pid, childFaults }) => [pid, childFaults]));
  const reapedFaults = after.processes.reduce(
    (sum, { pid, childFaults }) => sum + childFaults - (known.get(pid) ?? childFaults),
    0,
  );
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
        // Others may start as many; of a server that waits in accept() alone it is likely to be its own doing.
        (waits.some(name => name.startsWith('accept')) &&
          pidsUsed(before, after) >= MOST_OF_THEM * judgedConnections)),
    syscalls: waits,
  };
}

function countThreads({ processes }: Snapshot): number {
  return processes.reduce((sum, { threads }) => sum + threads, 0);
}

/** Processes and threads that anybody on the machine has started; 0 when the numbers began anew meanwhile. */
function pidsUsed(before: Snapshot, after: Snapshot): number {
  return Math.max(0, (after.lastPid ?? 0) - (before.lastPid ?? 0));
}

/** A child that does nothing but exit makes about 23 page faults, which its parent inherits by waiting for it. */
const FAULTS_PER_CHILD = 10;
/** A pool grows by a few; threads that come with connections are as many as these. */
const MOST_OF_THEM = 0.95;
