import { countFds } from '../proc/fds.js';
import { livingProcesses } from '../sampler/living.js';
import type { Target } from '../target/target.js';

/** Descriptors of the process of the server that has most of them: the limit is that of each process. */
export function fdsInUse({ roots }: Target): number {
  const pids = livingProcesses(roots.map(({ pid }) => pid)).map(({ pid }) => pid);
  return Math.max(0, ...pids.map(pid => countFds(pid) ?? 0));
}
