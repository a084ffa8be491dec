import { readdirSync } from 'node:fs';
import { missingBecause, readProcTextOrNothing } from './file.js';
import { parseProcessStat } from './parse/process-stat.js';

/** Folders of living threads, by the pid of a process whose first thread has ended. */
const headless = new Map<number, string>();

/**
 * Where the kernel tells of a process: /proc/PID. Where its first thread has left by pthread_exit(3) and others go on, that
 * is the folder of a zombie, without descriptors, memory or program, and /proc/PID/task/TID of any other thread has them.
 * `readStat` finds that out.
 */
export function folderOf(owner: number | 'self'): string {
  return (owner !== 'self' && headless.get(owner)) || `/proc/${owner}`;
}

/**
 * Finds a thread that goes on in a process whose first one has ended.
 * @returns that thread's state and the place of its image; undefined when none does.
 */
export function findLivingThread(
  pid: number,
): { readonly state: string; readonly image: string | undefined } | undefined {
  for (const folder of [folderOf(pid), ...threadFolders(pid)]) {
    const { state = 'X', image } = parseProcessStat(readProcTextOrNothing(`${folder}/stat`) ?? '') ?? {};
    if (state === 'Z' || state === 'X') continue;
    headless.set(pid, folder);
    return { state, image };
  }
  headless.delete(pid);
  return undefined;
}

/** The pid belongs to a process with a first thread, or to none. */
export function forgetLivingThread(pid: number): void {
  headless.delete(pid);
}

function threadFolders(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(tid => `/proc/${pid}/task/${tid}`);
  } catch (error) {
    missingBecause(error);
    return [];
  }
}
