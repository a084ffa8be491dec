import { readProcTextOrNothing } from './file.js';

/**
 * Private memory of a process in bytes, exact to the page: Pss_Anon + SwapPss + Pss_Shmem of smaps_rollup.
 * Pss divides a page by the processes that share it, so a prefork tree is not counted once per worker; shared memory
 * is in it because a server can leak that too. 35 µs, 8 ms at 400 MiB, and it holds the target's mmap lock meanwhile.
 * undefined when the process is gone or may not be traced (ptrace access), or the kernel is older than 5.14.
 */
export function readSmapsRollup(pid: number): number | undefined {
  const text = readProcTextOrNothing(`/proc/${pid}/smaps_rollup`);
  if (text === undefined) return undefined;
  let kib = 0;
  for (const name of ['Pss_Anon', 'Pss_Shmem', 'SwapPss']) {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
    if (!match) return undefined;
    kib += Number(match[1]);
  }
  return kib * 1024;
}
