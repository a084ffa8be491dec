import { readProcTextOrNothing } from './file.js';
import { folderOf } from './folder.js';

/** How many tasks (processes and threads) may exist, and how many do, where the server lives. */
export interface PidsLimit {
  readonly most: number;
  readonly now: number;
}

/**
 * The tightest limit: pids.max of the process's cgroup (in either version), else the pids that the kernel has to give.
 * A zombie counts too, it keeps its pid.
 */
export function readPidsLimit(pid: number): PidsLimit | undefined {
  for (const folder of pidsFolders(readProcTextOrNothing(`${folderOf(pid)}/cgroup`) ?? '')) {
    const most = Number.parseInt(readProcTextOrNothing(`${folder}/pids.max`) ?? '', 10);
    const now = Number.parseInt(readProcTextOrNothing(`${folder}/pids.current`) ?? '', 10);
    if (most > 0 && now >= 0) return { most, now };
  }
  const most = Number(readProcTextOrNothing('/proc/sys/kernel/pid_max'));
  const now = Number(/^\S+ \S+ \S+ \d+\/(\d+)/.exec(readProcTextOrNothing('/proc/loadavg') ?? '')?.[1]);
  return most > 0 && now >= 0 ? { most, now } : undefined;
}

/**
 * Folders under /sys/fs/cgroup that may hold the pids limit of a process, from its /proc/PID/cgroup: the one of the
 * pids controller in the first version of cgroups ("8:pids:/app"), and that of the second one ("0::/app").
 */
export function pidsFolders(text: string): string[] {
  return text.split('\n').flatMap(line => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers.split(',').includes('pids')) return [`/sys/fs/cgroup/pids${trim(path)}`];
    return line.startsWith('0::') ? [`/sys/fs/cgroup${trim(path)}`] : [];
  });
}

function trim(path: string): string {
  return path === '/' ? '' : path;
}
