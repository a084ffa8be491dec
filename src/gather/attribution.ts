import type { HowItEnded } from '../exit-words.js';
import type { Fd } from '../proc/fds.js';
import type { FdKind } from '../proc/parse/fd-link.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import type { TabledSocket } from '../proc/sockets.js';
import type { ProcessSnapshot, Snapshot } from '../sampler/snapshot.js';
import { formatEndpoint } from '../target/target.js';
import {
  CENSUS_KEYS,
  type Census,
  type CensusKey,
  type Departed,
  type HeldSocket,
  type Peer,
  type SocketRole,
} from '../verdict/evidence.js';
import { identity, sameProcesses } from '../verdict/processes.js';

/** The socket tables, and which local ports were ours, of which address. */
export interface Attribution {
  readonly serverPort: number | undefined;
  readonly rows: readonly SocketRow[];
  readonly elsewhere: (inode: number) => TabledSocket | undefined;
  readonly connectionOf: (port: number, address: string) => number | undefined;
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
    const isForgotten = !row && seenAs !== undefined;
    const elsewhere = row || isForgotten ? row : attribution.elsewhere(inode);
    const role = row
      ? roleOf(row, attribution, clientEnds)
      : isForgotten
        ? 'connection'
        : roleElsewhere(elsewhere, attribution);
    return {
      role,
      ...(role === 'upstream' && typeof elsewhere === 'object' && { peer: peerOf(elsewhere) }),
      inode,
      state: row?.state,
      connection: role === 'connection' ? (seenAs ?? (row && connectionAt(row, attribution))) : undefined,
      ...(role === 'connection' && row && { client: clientAddress(row) }),
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

/** Connections whose client's end some living process still has open: it may have the port after us. */
function liveClientEnds({ rows, serverPort, connectionOf }: Attribution): ReadonlySet<number | undefined> {
  return new Set(
    rows
      .filter(row => row.remotePort === serverPort && row.inode !== 0 && isFromHere(row))
      .map(row => connectionOf(row.localPort, row.localAddress)),
  );
}

/** As a server may have it in its log. */
function clientAddress({ remoteAddress, remotePort }: SocketRow): string {
  return formatEndpoint({ transport: 'tcp', host: remoteAddress, port: remotePort });
}

/** The connection of which this row is the server's end. */
function connectionAt(
  { remotePort, remoteAddress }: SocketRow,
  { connectionOf }: Attribution,
): number | undefined {
  return connectionOf(remotePort, remoteAddress);
}

function roleOf(
  row: SocketRow,
  attribution: Attribution,
  clientEnds: ReadonlySet<number | undefined>,
): SocketRole {
  if (row.state === 'LISTEN') return 'other-socket';
  if (row.localPort !== attribution.serverPort) return 'upstream';
  const ours = isOurs(row, attribution) && isOver(row, attribution, clientEnds);
  return ours ? 'connection' : 'other-client';
}

/** What a socket is that has the server's port at neither end. */
function roleElsewhere(socket: TabledSocket | undefined, { serverPort }: Attribution): SocketRole {
  if (socket === undefined) return 'dead-socket';
  if (socket === 'not-tcp' || socket.state === 'LISTEN' || socket.localPort === serverPort)
    return 'other-socket';
  return 'upstream';
}

/** The far end of a connection that the server has opened. */
export function peerOf({ localAddress, remoteAddress, remotePort }: SocketRow): Peer {
  const isLocal = remoteAddress === localAddress || remoteAddress.startsWith('127.');
  return { host: remoteAddress, port: remotePort, isLocal };
}

function isOurs(row: SocketRow, attribution: Attribution): boolean {
  return (attribution.anyClient || isFromHere(row)) && connectionAt(row, attribution) !== undefined;
}

/** The client is gone. Of one on another machine only its FIN tells. */
function isOver(
  row: SocketRow,
  attribution: Attribution,
  clientEnds: ReadonlySet<number | undefined>,
): boolean {
  return isFromHere(row) ? !clientEnds.has(connectionAt(row, attribution)) : row.state === 'CLOSE_WAIT';
}

/**
 * Counts what has no name of ours. Descriptors, threads and mappings are those of the processes that were there before
 * the run: a new child with all that it holds is one event, counted as `child`.
 */
export function takeCensus(before: Snapshot, now: Snapshot, held: readonly HeldSocket[]): Census {
  const known = new Set(before.processes.map(identity));
  const stayed = sameProcesses(before, now);
  const counts = Object.fromEntries(CENSUS_KEYS.map(key => [key, 0])) as Record<CensusKey, number>;
  for (const [kind, count] of countOtherFds(before, now)) {
    if (kind !== 'socket') counts[kind] = count;
  }
  const inChildren = new Set(
    now.processes.filter(process => !known.has(identity(process))).map(({ pid }) => pid),
  );
  for (const { role, descriptors } of held) {
    if (role === 'connection' || role === 'other-client') continue;
    if (role === 'dead-socket' || descriptors.some(({ pid }) => !inChildren.has(pid))) counts[role] += 1;
  }
  counts.thread = sum(stayed.map(({ threads }) => threads));
  // A worker that took the place of another is no child more, nor a dead one that was waited for in the place of a
  // newer one.
  counts.child = Math.max(0, now.processes.length - before.processes.length);
  counts.zombie = now.zombies.length - before.zombies.length;
  counts.mapping = sum(stayed.map(({ mappings, spareMappings }) => (mappings ?? 0) - (spareMappings ?? 0)));
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * Processes that were there before and are not there now, or only as zombies. One of several equal roots that has a
 * successor was a worker; a sole root is the server itself, whoever may have started another in its place.
 * `servesOther` tells of a process whether it had a connection of somebody else before the run, `endingOf` how it has
 * ended, where we are its parent.
 */
export function departedProcesses(
  before: Snapshot,
  after: Snapshot,
  rootPids: readonly number[],
  servesOther: (process: ProcessSnapshot) => boolean,
  endingOf: (pid: number) => HowItEnded | undefined = () => undefined,
): Departed[] {
  const known = new Set(before.processes.map(identity));
  const alive = new Set(after.processes.map(identity));
  const zombies = new Map(after.zombies.map(zombie => [identity(zombie), zombie.exitCode]));
  const fresh = after.processes.filter(process => !known.has(identity(process)));
  return before.processes
    .filter(process => !alive.has(identity(process)))
    .map(process => {
      const index = fresh.findIndex(
        ({ comm, parentPid }) => comm === process.comm && parentPid === process.parentPid,
      );
      const [successor] = index < 0 ? [] : fresh.splice(index, 1);
      const isRoot = rootPids.includes(process.pid);
      return {
        pid: process.pid,
        comm: process.comm,
        isRoot: isRoot && (rootPids.length === 1 || !successor),
        servedOther: servesOther(process),
        replacedBy: successor?.pid,
        signal: signalOf(zombies.get(identity(process))),
        ended: endingOf(process.pid),
      };
    });
}

function signalOf(exitCode: number | undefined): number | undefined {
  return (exitCode ?? 0) & 0x7f || undefined;
}
