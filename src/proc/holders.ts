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

/**
 * One holder of each inode, and no further than until all are found. The likely ones are asked first: to look through
 * the descriptors of everybody takes milliseconds.
 */
export function findOneHolder(
  inodes: ReadonlySet<number>,
  likely: Iterable<number>,
): ReadonlyMap<number, number> {
  const left = new Set(inodes);
  const found = new Map<number, number>();
  for (const pid of candidates(likely)) {
    if (left.size === 0) break;
    const held = findInodes(pid, left);
    if (typeof held === 'string') continue;
    for (const inode of held) {
      found.set(inode, pid);
      left.delete(inode);
    }
  }
  return found;
}

function* candidates(likely: Iterable<number>): Generator<number> {
  yield* likely;
  yield* listPids();
}
