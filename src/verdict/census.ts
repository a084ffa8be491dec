import type { Snapshot } from '../sampler/snapshot.js';
import type { Census, CensusKey } from './evidence.js';
import { countOtherFds, type HeldSocket, identity, sameProcesses } from './held.js';

export const CENSUS_KEYS = [
  'dead-socket',
  'upstream',
  'other-socket',
  'pipe',
  'file',
  'device',
  'eventfd',
  'eventpoll',
  'timerfd',
  'signalfd',
  'inotify',
  'io_uring',
  'anonymous',
  'thread',
  'child',
  'zombie',
  'mapping',
] as const satisfies readonly CensusKey[];

/**
 * Counts what has no name of ours. Descriptors, threads and mappings are those of the processes that were there before
 * the run: a new child with all that it holds is one event, counted as `child`.
 */
export function takeCensus(before: Snapshot, now: Snapshot, held: readonly HeldSocket[]): Census {
  const known = new Set(before.processes.map(identity));
  const stayed = sameProcesses(before, now);
  const counts = Object.fromEntries(CENSUS_KEYS.map(key => [key, 0])) as Record<CensusKey, number>;
  for (const [kind, count] of countOtherFds(before, now)) {
    if (kind !== 'socket') counts[kind] = count;
  }
  const inChildren = new Set(
    now.processes.filter(process => !known.has(identity(process))).map(({ pid }) => pid),
  );
  for (const { role, descriptors } of held) {
    if (role === 'connection' || role === 'other-client') continue;
    if (role === 'dead-socket' || descriptors.some(({ pid }) => !inChildren.has(pid))) counts[role] += 1;
  }
  counts.thread = sum(stayed.map(({ threads }) => threads));
  // A worker that took the place of another is no child more, nor a dead one that was waited for in the place of a
  // newer one.
  counts.child = Math.max(0, now.processes.length - before.processes.length);
  counts.zombie = now.zombies.length - before.zombies.length;
  counts.mapping = sum(stayed.map(({ mappings }) => mappings ?? 0));
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
