import { isArmed, mayHaveAlarm, readCallNames, readSleeps } from '../proc/process.js';
import type { Snapshot } from './snapshot.js';

/**
 * Whether nothing in the tree will wake up by itself within `withinMs`: every thread of every process sleeps in a call
 * without a timeout, no timerfd is armed and no alarm is set. Such a server will not close later what it holds now,
 * and waiting for it would be waiting for nothing. When in doubt: false.
 */
export function sleepsForGood(snapshot: Snapshot, withinMs: number): boolean {
  return snapshot.processes.every(({ pid, fds }) => {
    const kinds = new Map(fds.map(fd => [fd.number, fd.kind]));
    const sleeps = readSleeps(pid).every(
      sleep =>
        sleep !== undefined &&
        sleep.timeoutMs >= withinMs &&
        (sleep.readsFd === undefined ||
          kinds.get(sleep.readsFd) === 'pipe' ||
          kinds.get(sleep.readsFd) === 'eventfd'),
    );
    return sleeps && !fds.some(fd => fd.kind === 'timerfd' && isArmed(pid, fd.number)) && !mayHaveAlarm(pid);
  });
}

/** Names of the calls in which the threads of the tree sleep, each once. */
export function waitsOf({ processes }: Snapshot): string[] {
  return [...new Set(processes.flatMap(({ pid }) => readCallNames(pid)))];
}
