import { readProcTextOrNothing } from './file.js';

/**
 * How long the main thread of a process has been ready to run while other programs had the CPU, in milliseconds since
 * it began: the second field of /proc/PID/schedstat, in nanoseconds (Documentation/scheduler/sched-stats.rst).
 * 0 where the kernel keeps no such count, and for a process that is gone.
 */
export function readRunQueueWaitMs(pid: number): number {
  const nanoseconds = readProcTextOrNothing(`/proc/${pid}/schedstat`)?.split(' ')[1];
  return nanoseconds === undefined ? 0 : Number(nanoseconds) / 1e6;
}
