import { findOneHolder } from '../proc/holders.js';
import { readStat } from '../proc/process.js';
import { type NetOwner, readListenRows, readUnixPeers } from '../proc/sockets.js';
import { formatEndpoint } from '../target/target.js';
import type { Evidence, HeldSocket, Peer } from '../verdict/evidence.js';

/**
 * Gives the connections that the server holds to other servers their names: the address or path of the other end, and
 * the program behind it. Costs nothing where there are none. A name that cannot be found is left out: this never fails.
 */
export async function withNames(evidence: Evidence, servedIn: NetOwner): Promise<Evidence> {
  const nameOfPeer = peerNames(evidence.held, servedIn);
  const hasUnix = evidence.held.some(({ role }) => role === 'other-socket');
  const unix = hasUnix && servedIn === 'self' ? await readUnixPeers() : new Map<number, string>();
  const nameOf = ({ peer, inode }: HeldSocket) => (peer ? nameOfPeer.get(keyOf(peer)) : unix.get(inode));
  return { ...evidence, held: evidence.held.map(socket => ({ ...socket, name: nameOf(socket) })) };
}

/** "→ 127.0.0.1:6379 redis-server" for each other end: the program is the one that listens there. */
function peerNames(held: readonly HeldSocket[], owner: NetOwner): ReadonlyMap<string, string> {
  const peers = new Map(held.flatMap(({ peer }) => (peer ? [[keyOf(peer), peer] as const] : [])));
  const listeners = [...peers.values()].some(({ isLocal }) => isLocal)
    ? [...readListenRows(owner, 'tcp'), ...readListenRows(owner, 'tcp6')]
    : [];
  const inodeOf = ({ port, isLocal }: Peer) =>
    isLocal ? listeners.find(({ localPort }) => localPort === port)?.inode : undefined;
  const holders = findOneHolder(new Set([...peers.values()].flatMap(peer => inodeOf(peer) ?? [])), []);
  return new Map(
    [...peers].map(([key, peer]) => {
      const pid = holders.get(inodeOf(peer) ?? 0);
      const program = pid === undefined ? undefined : readStat(pid)?.comm;
      return [key, `→ ${key}${program === undefined ? '' : ` ${program}`}`];
    }),
  );
}

function keyOf({ host, port }: Peer): string {
  return formatEndpoint({ transport: 'tcp', host, port });
}
