import { isCrash, signalName } from '../exit-words.js';
import type { ProcessSnapshot, Snapshot } from '../sampler/snapshot.js';
import type { Departed, Evidence } from './evidence.js';

/**
 * The processes that were there before, as they are now; one that has gone counts as it was, or the end of a child that
 * serves somebody else would hide what its parent keeps.
 */
export function sameProcesses(before: Snapshot, now: Snapshot): ProcessSnapshot[] {
  const current = new Map(now.processes.map(process => [identity(process), process]));
  return before.processes.map(process => current.get(identity(process)) ?? process);
}

export function identity({ pid, startTicks }: { readonly pid: number; readonly startTicks: number }): string {
  return `${pid}@${startTicks}`;
}

/** It died of a fault of its own, or for want of memory. */
export function hasCrashed({ signal, ended, logged }: Departed): boolean {
  const name = signal === undefined ? ended?.signal : signalName(signal);
  return isCrash(name) || isCrash(ended?.signal) || logged !== undefined;
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
