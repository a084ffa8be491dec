import type { Snapshot } from '../sampler/snapshot.js';
import type { Evidence } from './evidence.js';
import { identity } from './held.js';

/** How long a row is settled once the server was seen to hold on for good: a second look tells whether that was enough. */
export const SHORT_SETTLE_MS = 400;

/** It slept without a timeout, or it may have woken up to close something and was given all the time that it has. */
export function holdsForGood({ settled }: Evidence, settleMs: number): boolean {
  return settled.state === 'held' && (settled.asleep || settled.tookMs >= settleMs);
}

/** Whether something that was held when the row ended is gone by now: then it had not been given long enough. */
export function hasLetGo({ before, after, held }: Evidence, now: Snapshot): boolean {
  const inodes = new Set(
    now.processes.flatMap(({ fds }) => fds.filter(fd => fd.kind === 'socket').map(({ inode }) => inode)),
  );
  const known = new Set(before.processes.map(identity));
  const alive = new Map(now.processes.map(process => [identity(process), process.threads]));
  return (
    held.some(({ role, inode }) => role !== 'other-client' && !inodes.has(inode)) ||
    after.processes.some(process => {
      const threads = alive.get(identity(process));
      return known.has(identity(process))
        ? threads !== undefined && threads < process.threads
        : threads === undefined;
    })
  );
}
