import { ChurnError } from '../errors.js';
import { findHolders } from '../proc/holders.js';
import { otherNetworks } from '../proc/networks.js';
import { listTcpListeners } from './listener.js';

/**
 * A process that listens on a port in some other network namespace, for when nobody does in ours.
 * @throws ChurnError `ambiguous-target` when servers of several networks do.
 */
export function findElsewhere(port: number): number | undefined {
  const pids = otherNetworks().flatMap(network => {
    const inodes = listTcpListeners(network)
      .filter(listener => listener.port === port)
      .map(({ inode }) => inode);
    const holders = inodes.length === 0 ? [] : [...findHolders(new Set(inodes)).byInode.values()].flat();
    return holders.filter(pid => pid !== 1).slice(0, 1);
  });
  const [first] = pids;
  if (pids.length < 2) return first;
  throw new ChurnError(
    'ambiguous-target',
    `Nothing listens on port ${port} here, and in other network namespaces processes ${pids.join(', ')} do.`,
    `Say which one is under test: --pid ${first}`,
  );
}
