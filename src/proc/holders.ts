import { findInodes } from './fds.js';
import { listPids } from './process.js';

/** Who has a descriptor of a socket. */
export interface Holders {
  /** Pids by inode, in ascending order. */
  readonly byInode: ReadonlyMap<number, readonly number[]>;
  /** Processes whose descriptors may not be read: any of them may hold the sockets too. */
  readonly denied: readonly number[];
}

/** Looks through the descriptors of every process of the machine. */
export function findHolders(inodes: ReadonlySet<number>): Holders {
  const byInode = new Map<number, number[]>();
  const denied: number[] = [];
  for (const pid of listPids()) {
    const found = findInodes(pid, inodes);
    if (found === 'denied') denied.push(pid);
    if (typeof found === 'string') continue;
    for (const inode of found) {
      const pids = byInode.get(inode);
      if (pids) pids.push(pid);
      else byInode.set(inode, [pid]);
    }
  }
  return { byInode, denied };
}
