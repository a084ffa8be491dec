import type { HowItEnded } from '../exit-words.js';
import type { ProcessSnapshot, Snapshot } from '../sampler/snapshot.js';
import type { Departed, Evidence } from './evidence.js';
import { identity } from './held.js';

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

/** It died of a fault of its own, or for want of memory. */
export function hasCrashed({ signal, ended, logged }: Departed): boolean {
  return isCrashSignal(signal) || isCrashName(ended?.signal) || logged !== undefined;
}

/** The same by name. */
export function isCrashName(signal: string | undefined): boolean {
  return signal !== undefined && /^SIG(ILL|TRAP|ABRT|BUS|FPE|SEGV|SYS)$/.test(signal);
}

/** Signals that a process gets for a fault of its own: ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS. */
export function isCrashSignal(signal: number | undefined): boolean {
  return signal !== undefined && [4, 5, 6, 7, 8, 11, 31].includes(signal);
}

/** Workers that ended in the run and have a successor, without those that were due to go. */
export function replacedWorkers({ departed }: Evidence): (Departed & { readonly replacedBy: number })[] {
  return departed.flatMap(process => {
    const { replacedBy } = process;
    return !process.isRoot && !process.servedOther && replacedBy !== undefined
      ? [{ ...process, replacedBy }]
      : [];
  });
}
