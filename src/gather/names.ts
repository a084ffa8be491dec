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
  const nameOfPeer = peerNames(
    evidence.held.flatMap(({ peer }) => peer ?? []),
    servedIn,
  );
  const hasUnix = evidence.held.some(({ role }) => role === 'other-socket');
  const unix = hasUnix && servedIn === 'self' ? await readUnixPeers() : new Map<number, string>();
  const nameOf = ({ peer, inode }: HeldSocket) => (peer ? nameOfPeer(peer) : unix.get(inode));
  return { ...evidence, held: evidence.held.map(socket => ({ ...socket, name: nameOf(socket) })) };
}

/** "→ 127.0.0.1:6379 redis-server" for each other end: the program is the one that listens there. */
export function peerNames(all: readonly Peer[], owner: NetOwner): (peer: Peer) => string {
  const peers = new Map(all.map(peer => [keyOf(peer), peer]));
  const listeners = [...peers.values()].some(({ isLocal }) => isLocal)
    ? [...readListenRows(owner, 'tcp'), ...readListenRows(owner, 'tcp6')]
    : [];
  const inodeOf = ({ port, isLocal }: Peer) =>
    isLocal ? listeners.find(({ localPort }) => localPort === port)?.inode : undefined;
  const holders = findOneHolder(new Set([...peers.values()].flatMap(peer => inodeOf(peer) ?? [])), []);
  return peer => {
    const pid = holders.get(inodeOf(peer) ?? 0);
    const program = pid === undefined ? undefined : readStat(pid)?.comm;
    return `→ ${keyOf(peer)}${program === undefined ? '' : ` ${program}`}`;
  };
}

function keyOf({ host, port }: Peer): string {
  return formatEndpoint({ transport: 'tcp', host, port });
}
