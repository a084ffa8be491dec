import type { CensusKey, Evidence, HeldSocket } from './evidence.js';
import type { HeldGroup } from './finding.js';

/** What only has a path is named by it. */
export const PATHED: ReadonlySet<CensusKey> = new Set(['file', 'device']);

/** Paths that are open more often than before the run. */
export function newPaths({ before, after }: Evidence, key: CensusKey): NonNullable<HeldGroup['names']> {
  const known = countNames(pathsOf(before, key));
  return countNames(pathsOf(after, key))
    .map(({ name, count }) => ({
      name,
      count: count - (known.find(one => one.name === name)?.count ?? 0),
    }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count);
}

function pathsOf({ processes }: Evidence['before'], key: CensusKey): string[] {
  return processes.flatMap(({ fds }) => fds.filter(({ kind }) => kind === key).map(({ name }) => name));
}

/** Each name with how often it stands there, the most frequent first. */
export function countNames(names: readonly string[]): Array<{ name: string; count: number }> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((one, other) => other.count - one.count);
}

/**
 * A program that a process of the server has executed has all these connections, and none of the server's own
 * processes: they were open without close-on-exec. One of the numbers 0 to 2 was handed to it on purpose, as inetd does.
 */
export function inheritance(
  processes: Evidence['after']['processes'],
  sockets: readonly HeldSocket[],
): Pick<HeldGroup, 'inheritedBy'> {
  const byPid = new Map(processes.map(process => [process.pid, process]));
  const isExecuted = (pid: number) => {
    const process = byPid.get(pid);
    const parent = process && byPid.get(process.parentPid);
    return parent !== undefined && parent.comm !== process?.comm;
  };
  const descriptors = sockets.flatMap(socket => socket.descriptors);
  if (!descriptors.every(({ pid, number }) => number > STDERR && isExecuted(pid))) return {};
  const holders = [...new Set(descriptors.map(({ pid }) => pid))];
  return { inheritedBy: holders.map(pid => ({ pid, comm: byPid.get(pid)?.comm ?? '' })) };
}

const STDERR = 2;
