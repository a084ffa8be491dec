import { listPids, readNetNamespace } from './process.js';

/** One process of each network namespace that is not ours, as far as they may be told apart. */
export function otherNetworks(): number[] {
  const own = readNetNamespace('self');
  const found = new Map<string, number>();
  for (const pid of listPids()) {
    const network = readNetNamespace(pid);
    if (network !== undefined && network !== own && !found.has(network)) found.set(network, pid);
  }
  return [...found.values()];
}
