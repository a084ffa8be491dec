import type { Snapshot } from '../sampler/snapshot.js';

/** Inodes of the sockets that nobody in the tree had before. */
export function newSockets(before: Snapshot, now: Snapshot): number[] {
  const known = new Set(before.processes.flatMap(({ fds }) => fds.map(({ inode }) => inode)));
  return now.processes.flatMap(({ fds }) =>
    fds.filter(fd => fd.kind === 'socket' && !known.has(fd.inode)).map(({ inode }) => inode),
  );
}
