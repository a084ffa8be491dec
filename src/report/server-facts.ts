import type { Point } from '../sampler/point.js';
import type { Evidence } from '../verdict/evidence.js';
import type { ServerFacts } from './wording/server-kind.js';

/** What the run saw of how the server is built. */
export function serverFacts(
  { before, after, rootCount }: Evidence,
  series: readonly Point[],
  program: string | undefined,
): ServerFacts {
  const childrenBefore = Math.max(0, before.processes.length - rootCount);
  const known = new Set(before.processes.map(({ pid }) => pid));
  return {
    program,
    rootsBefore: rootCount,
    childrenBefore,
    threadsBefore: before.processes.reduce((sum, { threads }) => sum + threads, 0),
    hadShortLivedChildren:
      series.some(({ children }) => children > childrenBefore) ||
      after.processes.some(({ pid }) => !known.has(pid)) ||
      after.zombies.length > before.zombies.length,
  };
}
