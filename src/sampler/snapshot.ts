import { type Fd, readFds } from '../proc/fds.js';
import { readSmapsRollup } from '../proc/memory.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { countMappings, readMainThreadFaults, readStatus } from '../proc/process.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import { readRssBytes } from '../proc/usage.js';

/** All that one process of the tree holds at one moment. */
export interface ProcessSnapshot {
  readonly pid: number;
  readonly startTicks: number;
  readonly parentPid: number;
  readonly comm: string;
  readonly state: string;
  readonly cpuTicks: number;
  readonly childFaults: number;
  /** Page faults of threads that have ended; 0 where several are alive. */
  readonly endedThreadFaults: number;
  /** Times that its main thread went to sleep: a server that was given a connection had been woken for it. */
  readonly sleeps: number;
  readonly threads: number;
  /** Private memory, in RAM and swapped out. */
  readonly anonBytes: number | undefined;
  readonly rssBytes: number | undefined;
  readonly mappings: number | undefined;
  readonly fds: readonly Fd[];
}

/** An exited child that nobody has waited for; how it ended is told to those who may trace it. */
export type Zombie = Pick<ProcessStat, 'pid' | 'startTicks' | 'parentPid'> &
  Partial<Pick<ProcessStat, 'exitCode'>>;

/** All that the tree holds at one moment. */
export interface Snapshot {
  readonly atMs: number;
  /** Living processes, parents before children. */
  readonly processes: readonly ProcessSnapshot[];
  readonly zombies: ReadonlyArray<Zombie>;
  /** Processes whose descriptors may not be read. */
  readonly deniedPids: readonly number[];
}

/**
 * Reads the whole tree below `rootPids`. A process that exits while it is read is left out: it holds nothing any more.
 * Not atomic: a descriptor that moves between two processes meanwhile can be seen twice or not at all.
 */
export function takeSnapshot(rootPids: readonly number[], nowMs: number): Snapshot {
  const processes: ProcessSnapshot[] = [];
  const zombies: ProcessStat[] = [];
  const deniedPids: number[] = [];
  for (const stat of descendants(readProcessTable(), rootPids)) {
    if (stat.state === 'Z' || stat.state === 'X') {
      zombies.push(stat);
      continue;
    }
    const fds = readFds(stat.pid);
    const status = readStatus(stat.pid);
    if (fds === 'gone' || !status) continue;
    if (fds === 'denied') deniedPids.push(stat.pid);
    processes.push({
      pid: stat.pid,
      startTicks: stat.startTicks,
      parentPid: stat.parentPid,
      comm: stat.comm,
      state: stat.state,
      cpuTicks: stat.cpuTicks,
      childFaults: stat.childFaults,
      endedThreadFaults: status.threads === 1 ? endedThreadFaults(stat) : 0,
      sleeps: status.sleeps,
      threads: status.threads,
      anonBytes: readSmapsRollup(stat.pid) ?? status.anonBytes,
      rssBytes: undefined,
      mappings: countMappings(stat.pid),
      fds: fds === 'denied' ? [] : fds,
    });
  }
  return { atMs: nowMs, processes, zombies, deniedPids };
}

/** Both are read one after the other, so the first thread may have made some more meanwhile. */
function endedThreadFaults({ pid, faults }: ProcessStat): number {
  return Math.max(0, faults - (readMainThreadFaults(pid) ?? faults));
}

/** The same snapshot with the resident memory of each process beside it. */
export async function withRss(snapshot: Snapshot): Promise<Snapshot> {
  const rssBytes = await readRssBytes(snapshot.processes.map(({ pid }) => pid));
  return {
    ...snapshot,
    processes: snapshot.processes.map(process => ({ ...process, rssBytes: rssBytes.get(process.pid) })),
  };
}
