import { readdirSync } from 'node:fs';
import { missingBecause, readProcTextOrNothing } from './file.js';
import { parseProcessStat } from './parse/process-stat.js';
import { readStat } from './process.js';

/** CPU time of some processes since each began, told twice, as neither tells all. */
export interface CpuTime {
  /** Of the threads that are alive, in nanoseconds: the first field of each one's schedstat. */
  readonly livingNs: number;
  /** For which they were ready to run while others had the CPU. */
  readonly waitNs: number;
  /** How often the threads that are alive were given a CPU. */
  readonly turns: number;
  /** Of all threads there have been, and of children that were waited for: in ticks of 10 ms (USER_HZ). */
  readonly ticks: number;
}

/**
 * 20 µs for a process with one thread. /proc/PID/schedstat would tell of the first thread alone. undefined where the
 * kernel keeps no such count, or none of them is there.
 */
export function readCpuTime(pids: readonly number[]): CpuTime | undefined {
  let [livingNs, waitNs, turns, ticks, read] = [0, 0, 0, 0, 0];
  for (const pid of pids) {
    const stat = readStat(pid);
    if (!stat) continue;
    ticks += stat.cpuTicks + stat.childCpuTicks;
    for (const thread of threadsOf(pid)) {
      const text = readProcTextOrNothing(`/proc/${pid}/task/${thread}/schedstat`);
      if (text === undefined) continue;
      const [ran = 0, waited = 0, given = 0] = text.split(' ').map(Number);
      livingNs += ran;
      waitNs += waited;
      turns += given;
      read++;
    }
  }
  return read > 0 ? { livingNs, waitNs, turns, ticks } : undefined;
}

/**
 * Whether a thread of these processes has a CPU or waits for one; what sleeps does not. With the states "Rt" also
 * whether a tracer holds it.
 */
export function isRunnable(pids: readonly number[], states = 'R'): boolean {
  const isOne = (state: string | undefined) => state !== undefined && states.includes(state);
  return pids.some(pid => {
    if (isOne(readStat(pid)?.state)) return true;
    const threads = threadsOf(pid);
    return (
      threads.length > 1 &&
      threads.some(thread => {
        const text = readProcTextOrNothing(`/proc/${pid}/task/${thread}/stat`);
        return text !== undefined && isOne(parseProcessStat(text)?.state);
      })
    );
  });
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    missingBecause(error);
    return [];
  }
}

/**
 * How long the main thread of a process has been ready to run while other programs had the CPU, in milliseconds since
 * it began: the second field of /proc/PID/schedstat, in nanoseconds (Documentation/scheduler/sched-stats.rst).
 * 0 where the kernel keeps no such count, and for a process that is gone.
 */
export function readRunQueueWaitMs(pid: number): number {
  const nanoseconds = readProcTextOrNothing(`/proc/${pid}/schedstat`)?.split(' ')[1];
  return nanoseconds === undefined ? 0 : Number(nanoseconds) / 1e6;
}
