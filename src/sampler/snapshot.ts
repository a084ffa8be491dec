import { setTimeout as sleep } from 'node:timers/promises';
import { isRunnable } from '../proc/cpu-time.js';
import { type Fd, readFds } from '../proc/fds.js';
import { readSmapsRollup } from '../proc/memory.js';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { readMainThreadFaults, readMappings, readStat, readStatus } from '../proc/process.js';
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
  /** Of these, what glibc may keep of threads that have ended. */
  readonly spareMappings?: number | undefined;
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
    const mappings = readMappings(stat.pid);
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
      mappings: mappings?.all,
      spareMappings: mappings?.spare,
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

/** A process, told from a later one with the same pid. */
type Key = Pick<ProcessStat, 'pid' | 'startTicks'>;

/** Every process of the tree that is alive now. */
export function livingProcesses(rootPids: readonly number[]): Key[] {
  return descendants(readProcessTable(), rootPids).filter(isAlive);
}

/** Some of these have exited, are zombies, or their pid belongs to a later process. 12 µs each. */
export function hasLost(processes: readonly Key[]): boolean {
  return processes.some(({ pid, startTicks }) => {
    const stat = readStat(pid);
    return !stat || stat.startTicks !== startTicks || !isAlive(stat);
  });
}

function isAlive({ state }: Pick<ProcessStat, 'state'>): boolean {
  return state !== 'Z' && state !== 'X';
}

/** A thread was found running at three moments in a row: a server at rest is asleep at the first or at the next. */
export async function isRestless(pids: () => readonly number[]): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await sleep(APART_MS);
    if (!isRunnable(pids())) return false;
  }
  return true;
}

const LOOKS = 3;
const APART_MS = 5;
