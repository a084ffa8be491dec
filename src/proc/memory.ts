import { readProcTextOrNothing } from './file.js';

/**
 * Private memory of a process in bytes, exact to the page: Anonymous + Swap of smaps_rollup. 35 µs, 8 ms at 400 MiB,
 * and it holds the target's mmap lock meanwhile: for rounds, not for the series.
 *
 * Not Pss, which divides a page by those who share it: the memory of a server that forks for each connection then
 * shrinks with every child that is still there, and grows when they go. Measured on socat in fork mode: 25 readings by
 * Pss wandered between 776 and 788 KiB, 25 by Anonymous were all 784.
 * undefined when the process is gone, or may not be traced (ptrace access).
 */
export function readSmapsRollup(pid: number): number | undefined {
  const text = readProcTextOrNothing(`/proc/${pid}/smaps_rollup`);
  if (text === undefined) return undefined;
  let kib = 0;
  for (const name of ['Anonymous', 'Swap']) {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
    if (!match) return undefined;
    kib += Number(match[1]);
  }
  return kib * 1024;
}
