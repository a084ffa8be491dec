import { type HowItEnded, signalName } from '../exit-words.js';
import { readLoggedDeaths } from '../proc/kernel-log.js';
import type { ProcessSnapshot, Snapshot } from '../sampler/snapshot.js';
import type { Departed } from '../verdict/evidence.js';
import { identity } from '../verdict/processes.js';
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

/**
 * Processes that were there before and are not there now, or only as zombies. One of several equal roots that has a
 * successor was a worker; a sole root is the server itself, whoever may have started another in its place.
 * `servesOther` tells of a process whether it had a connection of somebody else before the run, `endingOf` how it has
 * ended, where we are its parent.
 */
export function departedProcesses(
  before: Snapshot,
  after: Snapshot,
  rootPids: readonly number[],
  servesOther: (process: ProcessSnapshot) => boolean,
  endingOf: (pid: number) => HowItEnded | undefined = () => undefined,
): Departed[] {
  const known = new Set(before.processes.map(identity));
  const alive = new Set(after.processes.map(identity));
  const zombies = new Map(after.zombies.map(zombie => [identity(zombie), zombie.exitCode]));
  const fresh = after.processes.filter(process => !known.has(identity(process)));
  return before.processes
    .filter(process => !alive.has(identity(process)))
    .map(process => {
      const index = fresh.findIndex(
        ({ comm, parentPid }) => comm === process.comm && parentPid === process.parentPid,
      );
      const [successor] = index < 0 ? [] : fresh.splice(index, 1);
      const isRoot = rootPids.includes(process.pid);
      return {
        pid: process.pid,
        comm: process.comm,
        isRoot: isRoot && (rootPids.length === 1 || !successor),
        servedOther: servesOther(process),
        replacedBy: successor?.pid,
        signal: signalOf(zombies.get(identity(process))),
        ended: endingOf(process.pid),
      };
    });
}

function signalOf(exitCode: number | undefined): number | undefined {
  return (exitCode ?? 0) & 0x7f || undefined;
}
