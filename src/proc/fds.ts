import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { missingBecause } from './file.js';
import { folderOf } from './folder.js';
import { type FdLink, parseFdLink } from './parse/fd-link.js';
import { readStat } from './process.js';

export interface Fd extends FdLink {
  readonly number: number;
}

/**
 * Every open descriptor. One that is closed between the listing and its reading is left out:
 * it was not held at the end of the reading. Root without CAP_SYS_PTRACE may list those of a process that has changed
 * its user, and read none: that is denied, not empty.
 */
export function readFds(pid: number): readonly Fd[] | 'gone' | 'denied' {
  const numbers = listFdNumbers(pid);
  if (typeof numbers === 'string') return numbers;
  const fds: Fd[] = [];
  for (const number of numbers) {
    const fd = readFd(pid, number);
    if (fd === 'denied') return 'denied';
    if (fd !== 'gone') fds.push(fd);
  }
  return fds;
}

/** Whether descriptors may be read, from one of them: thousands take 70 ms. */
export function mayReadFds(pid: number): boolean {
  const numbers = listFdNumbers(pid);
  if (typeof numbers === 'string') return numbers === 'gone';
  const [first] = numbers;
  return first === undefined || readFd(pid, first) !== 'denied';
}

/** Which of the inodes a process has descriptors of. Stops at the last that it can find. */
export function findInodes(
  pid: number,
  inodes: ReadonlySet<number>,
): ReadonlySet<number> | 'gone' | 'denied' {
  const numbers = listFdNumbers(pid);
  if (typeof numbers === 'string') return numbers;
  const found = new Set<number>();
  for (const number of numbers) {
    const fd = readFd(pid, number);
    if (fd === 'denied') return 'denied';
    if (fd !== 'gone' && inodes.has(fd.inode)) found.add(fd.inode);
    if (found.size === inodes.size) break;
  }
  return found;
}

function listFdNumbers(pid: number): readonly number[] | 'gone' | 'denied' {
  try {
    const names = readdirSync(`${folderOf(pid)}/fd`);
    // Nothing at all is what a zombie has, also one that is but the first thread of a process which goes on.
    const all = names.length > 0 || readStat(pid) === undefined ? names : readdirSync(`${folderOf(pid)}/fd`);
    return all.map(Number);
  } catch (error) {
    return missingBecause(error);
  }
}

function readFd(pid: number, number: number): Fd | 'gone' | 'denied' {
  try {
    return { number, ...parseFdLink(readlinkSync(`${folderOf(pid)}/fd/${number}`)) };
  } catch (error) {
    return missingBecause(error);
  }
}

/**
 * How many descriptors are open, from the size of the directory: 4 µs at any number of them, and readable for
 * processes of other users. Linux 6.2 and later; older kernels say 0, and the entries are counted instead.
 * One too many per thread that is blocked in accept(2): for the series and for "is it back", never for the verdict.
 */
export function countFds(pid: number): number | undefined {
  try {
    const { size } = statSync(`${folderOf(pid)}/fd`);
    if (size > 0) return size;
    return readdirSync(`${folderOf(pid)}/fd`).length;
  } catch (error) {
    missingBecause(error);
    return undefined;
  }
}
