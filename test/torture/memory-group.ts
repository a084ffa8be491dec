import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A control group for one process and what it starts, with little memory. The owner removes it when all of them are gone. */
export interface MemoryGroup {
  /** Words before a program that is to live in it. */
  readonly through: readonly string[];
  /** The kernel has ended somebody in it for want of memory. */
  hasKilled(): boolean;
  remove(): Promise<void>;
}

let count = 0;

/** Below the group that this process is in. undefined: none may be made here. */
export function makeMemoryGroup(bytes: number): MemoryGroup | undefined {
  const place = placeOf(readFileSync('/proc/self/cgroup', 'latin1'));
  if (place === undefined) return undefined;
  const folder = join(place.parent, `churn-torture-${process.pid}-${count++}`);
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  try {
    writeFileSync(join(folder, place.limit), String(bytes));
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  return {
    through: ['sh', '-c', `echo $$ >'${folder}/cgroup.procs' && exec "$@"`, 'sh'],
    hasKilled: () =>
      Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(folder, place.events), 'latin1'))?.[1]) > 0,
    remove: () => removed(folder),
  };
}

/** A killed process stays in its group until the kernel has released its memory, which may be after churn has ended. */
async function removed(folder: string): Promise<void> {
  const isBusy = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EBUSY';
  const untilMs = performance.now() + BUSY_MS;
  for (;;) {
    try {
      return rmdirSync(folder);
    } catch (error) {
      if (isBusy(error) && performance.now() < untilMs) await sleep(20);
      else throw error;
    }
  }
}

const BUSY_MS = 10_000;

interface Place {
  readonly parent: string;
  readonly limit: string;
  readonly events: string;
}

/** Where control groups of memory are made: each controller has a tree of its own in version 1, and all have one in 2. */
function placeOf(own: string): Place | undefined {
  const old = /^\d+:(?:[\w,]+,)?memory(?:,[\w,]+)?:(.*)$/m.exec(own)?.[1];
  const parent = join(
    '/sys/fs/cgroup',
    old === undefined ? '' : 'memory',
    old ?? /^0::(.*)$/m.exec(own)?.[1] ?? '',
  );
  if (!existsSync(parent)) return undefined;
  return old === undefined
    ? { parent, limit: 'memory.max', events: 'memory.events' }
    : { parent, limit: 'memory.limit_in_bytes', events: 'memory.oom_control' };
}
