import type { Fd } from '../proc/fds.js';
import type { FdKind } from '../proc/parse/fd-link.js';
import type { SocketRow, TcpState } from '../proc/parse/socket-table.js';
import type { ProcessSnapshot, Snapshot } from '../sampler/snapshot.js';

/**
 * What a new socket of the server is:
 * - `connection`: its peer is a port of one of our cycles, and our end of it is gone: a leaked connection, proved;
 * - `dead-socket`: in no table of the kernel; the connection was reset, or it never had one;
 * - `other-client`: a connection of somebody else;
 * - `upstream`: TCP to somewhere else, such as a database;
 * - `other-socket`: Unix, UDP, netlink, listening.
 */
export type SocketRole = 'connection' | 'dead-socket' | 'other-client' | 'upstream' | 'other-socket';

/** A socket that the server holds and did not hold before: one object, however many descriptors refer to it. */
export interface HeldSocket {
  readonly role: SocketRole;
  readonly inode: number;
  readonly state: TcpState | undefined;
  /** Which of our connections it is, for the role `connection`. */
  readonly connection: number | undefined;
  readonly descriptors: ReadonlyArray<{ readonly pid: number; readonly number: number }>;
}

/** The socket tables, and which local ports were ours. */
export interface Attribution {
  readonly serverPort: number | undefined;
  readonly rows: readonly SocketRow[];
  readonly isTabled: (inode: number) => boolean;
  readonly connectionOf: (port: number) => number | undefined;
  /** The connections of all clients are looked at, also those of other machines. */
  readonly anyClient?: boolean | undefined;
  /** The connection that a socket was seen to be earlier in the run: its row may be gone, and its port another's. */
  readonly seenAs?: (inode: number) => number | undefined;
}

/** Every socket held now by the tree that nobody in it held before. */
export function heldSockets(before: Snapshot, now: Snapshot, attribution: Attribution): HeldSocket[] {
  const known = new Set(allSockets(before).map(({ fd }) => fd.inode));
  const descriptors = new Map<number, { pid: number; number: number }[]>();
  for (const { pid, fd } of allSockets(now)) {
    if (known.has(fd.inode)) continue;
    const list = descriptors.get(fd.inode);
    if (list) list.push({ pid, number: fd.number });
    else descriptors.set(fd.inode, [{ pid, number: fd.number }]);
  }
  if (descriptors.size === 0) return [];
  const rowOf = new Map(attribution.rows.map(row => [row.inode, row]));
  const clientEnds = liveClientEnds(attribution);
  return [...descriptors].map(([inode, list]) => {
    const row = rowOf.get(inode);
    const seenAs = attribution.seenAs?.(inode);
    const role = row
      ? roleOf(row, attribution, clientEnds)
      : seenAs !== undefined
        ? 'connection'
        : attribution.isTabled(inode)
          ? 'other-socket'
          : 'dead-socket';
    return {
      role,
      inode,
      state: row?.state,
      connection:
        role === 'connection' ? (seenAs ?? attribution.connectionOf(row?.remotePort ?? 0)) : undefined,
      descriptors: list,
    };
  });
}

/** Rows of our connections that no process of the tree has: held outside of it, or by no descriptor at all. */
export function heldOutside(now: Snapshot, attribution: Attribution): SocketRow[] {
  const inside = new Set(allSockets(now).map(({ fd }) => fd.inode));
  const clientEnds = liveClientEnds(attribution);
  return attribution.rows.filter(
    row => row.inode !== 0 && !inside.has(row.inode) && roleOf(row, attribution, clientEnds) === 'connection',
  );
}

/** Our connections that the kernel has made and the server has not accepted: no process has them yet, so inode 0. */
export function unaccepted(attribution: Attribution): SocketRow[] {
  return attribution.rows.filter(
    row =>
      row.inode === 0 &&
      row.localPort === attribution.serverPort &&
      (row.state === 'ESTABLISHED' || row.state === 'CLOSE_WAIT') &&
      isOurs(row, attribution),
  );
}

/** Open things that are no sockets, counted by kind, of the processes that were there before. */
export function countOtherFds(before: Snapshot, now: Snapshot): Map<FdKind, number> {
  const counts = new Map<FdKind, number>();
  const stayed = sameProcesses(before, now);
  for (const process of stayed) {
    for (const { kind } of process.fds) {
      if (kind !== 'socket' && kind !== 'pipe') counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  // Both ends of a pipe share one inode, and are one thing.
  const pipes = stayed.flatMap(({ fds }) =>
    fds.filter(({ kind }) => kind === 'pipe').map(({ inode }) => inode),
  );
  counts.set('pipe', new Set(pipes).size);
  return counts;
}

/**
 * The processes that were there before, as they are now; one that has gone counts as it was, or the end of a child that
 * serves somebody else would hide what its parent keeps.
 */
export function sameProcesses(before: Snapshot, now: Snapshot): ProcessSnapshot[] {
  const current = new Map(now.processes.map(process => [identity(process), process]));
  return before.processes.map(process => current.get(identity(process)) ?? process);
}

export function identity({ pid, startTicks }: { readonly pid: number; readonly startTicks: number }): string {
  return `${pid}@${startTicks}`;
}

function allSockets(snapshot: Snapshot): { pid: number; fd: Fd }[] {
  return snapshot.processes.flatMap(({ pid, fds }: ProcessSnapshot) =>
    fds.filter(fd => fd.kind === 'socket').map(fd => ({ pid, fd })),
  );
}

/**
 * The kernel connects to an address of this machine from that very address, and to any of 127.0.0.0/8 from 127.0.0.1:
 * a peer with another address is no cycle of ours, whatever its port.
 */
function isFromHere({ localAddress, remoteAddress }: SocketRow): boolean {
  const isLoopback = (address: string) => address.startsWith('127.');
  return localAddress === remoteAddress || (isLoopback(localAddress) && isLoopback(remoteAddress));
}

/** Client ends, by their port, that some living process still has open: such a port is not ours any more. */
function liveClientEnds({ rows, serverPort }: Attribution): Set<number> {
  return new Set(
    rows
      .filter(row => row.remotePort === serverPort && row.inode !== 0 && isFromHere(row))
      .map(row => row.localPort),
  );
}

function roleOf(row: SocketRow, attribution: Attribution, clientEnds: ReadonlySet<number>): SocketRole {
  if (row.state === 'LISTEN') return 'other-socket';
  if (row.localPort !== attribution.serverPort) return 'upstream';
  const ours = isOurs(row, attribution) && isOver(row, clientEnds);
  return ours ? 'connection' : 'other-client';
}

function isOurs(row: SocketRow, { connectionOf, anyClient = false }: Attribution): boolean {
  return (anyClient || isFromHere(row)) && connectionOf(row.remotePort) !== undefined;
}

/** The client is gone. Of one on another machine only its FIN tells. */
function isOver(row: SocketRow, clientEnds: ReadonlySet<number>): boolean {
  return isFromHere(row) ? !clientEnds.has(row.remotePort) : row.state === 'CLOSE_WAIT';
}
