import { readListenerDrops } from '../proc/listener-drops.js';
import type { Target } from '../target/target.js';
import type { Evidence } from '../verdict/evidence.js';

/**
 * The same evidence with what the server's own listeners have dropped at most, asked only where counters of the whole network have moved:
 * another server may have moved them, and to ask takes starting a program.
 */
export async function withOwnDrops({ listeners, network }: Target, evidence: Evidence): Promise<Evidence> {
  const { listenOverflows, listenDrops, embryonicResets } = evidence;
  const inodes = listeners.flatMap(one => (one.transport === 'tcp' ? [one.inode] : []));
  const haveMoved = listenOverflows + listenDrops + embryonicResets > 0;
  if (!haveMoved || network !== 'self' || inodes.length === 0) return evidence;
  return { ...evidence, ownDrops: await readListenerDrops(inodes) };
}
