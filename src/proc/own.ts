import { readProcTextOrNothing } from './file.js';
import { ownPid, readLimits } from './process.js';

/** Time that the main thread of this process has had a CPU, in milliseconds: the first field of schedstat. */
export function ownCpuMs(): number {
  const nanoseconds = readProcTextOrNothing('/proc/self/schedstat')?.split(' ')[0];
  return nanoseconds === undefined ? 0 : Number(nanoseconds) / 1e6;
}

/** Whether rights that this process has, root's too, end at a user namespace, as in a container without root. */
export function isInUserNamespace(): boolean {
  const map = readProcTextOrNothing('/proc/self/uid_map');
  return map !== undefined && map.trim().split(/\s+/).join(' ') !== '0 0 4294967295';
}

/** How many descriptors this process may have; undefined is without limit. Node has raised it to the hard limit. */
export function ownFdLimit(): number | undefined {
  return readLimits(ownPid()).openFiles;
}
