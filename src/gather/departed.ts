import { type HowItEnded, signalName } from '../exit-words.js';
import { readLoggedDeaths } from '../proc/kernel-log.js';
import type { Snapshot } from '../sampler/snapshot.js';
import { departedProcesses } from '../verdict/departed.js';
import type { Departed } from '../verdict/evidence.js';
import type { Observer } from './observer.js';

/** Who of the server is gone, and all that anybody can tell of why. */
export function departedFrom(
  observer: Observer,
  now: Snapshot,
  endingOf?: (pid: number) => HowItEnded | undefined,
): Departed[] {
  const departed = departedProcesses(
    observer.before,
    now,
    observer.rootPids,
    process => observer.servedBefore(process),
    endingOf,
  );
  if (departed.length === 0) return departed;
  const deaths = readLoggedDeaths(observer.openedUs);
  return departed.map(process => {
    const death = deaths.findLast(({ pid }) => pid === process.pid);
    return {
      ...process,
      title: observer.titleOf(process.pid),
      logged: death && { signal: signalName(death.signal), said: death.said },
    };
  });
}
