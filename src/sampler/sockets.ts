import { findHolders } from '../proc/holders.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import {
  type NetOwner,
  readTabledInodes,
  readTcpRows,
  readUnixRows,
  type TcpFamily,
} from '../proc/sockets.js';

/** The socket tables as far as they matter for one server. Expensive: at the ends of a run, never in its middle. */
export interface SocketView {
  /** Every TCP socket that has the server's port at one of its ends. Empty for a Unix socket. */
  readonly rows: readonly SocketRow[];
  /** Inodes that stand in any table; asked for only when a socket is in none of the rows. */
  readonly isTabled: (inode: number) => boolean;
  /** Connections to a Unix socket that wait to be accepted. */
  readonly unixQueue: number;
}

/** Taken with a look at the same moment; the tables are read lazily, and `isTabled` at most once. */
export function viewSockets(
  owner: NetOwner,
  endpoint: { readonly port: number; readonly families: readonly TcpFamily[] } | { readonly path: string },
): SocketView {
  let tabled: Set<number> | undefined;
  const isUnix = 'path' in endpoint;
  return {
    rows: isUnix ? [] : readTcpRows(owner, endpoint.families, endpoint.port),
    isTabled: inode => {
      tabled ??= readTabledInodes(owner);
      return tabled.has(inode);
    },
    unixQueue: isUnix
      ? readUnixRows(owner).filter(row => row.path === endpoint.path && row.inode === 0).length
      : 0,
  };
}

/** Which processes of the machine hold sockets that the watched tree does not. */
export function findOutsideHolders(inodes: readonly number[]): ReadonlyMap<number, readonly number[]> {
  return inodes.length === 0 ? new Map() : findHolders(new Set(inodes)).byInode;
}
