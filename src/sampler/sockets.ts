import { findHolders } from '../proc/holders.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import {
  type NetOwner,
  readTabledSockets,
  readTcpRows,
  readUnixRows,
  type TabledSocket,
  type TcpFamily,
} from '../proc/sockets.js';

/** The socket tables as far as they matter for one server. Expensive: at the ends of a run, never in its middle. */
export interface SocketView {
  /** Every TCP socket that has the server's port at one of its ends. Empty for a Unix socket. */
  readonly rows: readonly SocketRow[];
  /** What a socket is that is in none of the rows, from all tables; undefined: it stands in none of them either. */
  readonly elsewhere: (inode: number) => TabledSocket | undefined;
  readonly unix: UnixPlace;
}

/** What stands at the path of a Unix socket. */
export interface UnixPlace {
  /** Inodes of the sockets that listen there. */
  readonly listeners: readonly number[];
  /** Connections that wait to be accepted. */
  readonly waiting: number;
}

/** What stands for a server in the tables: a port in one or both families, or a path. */
export type SocketPlace =
  | { readonly port: number; readonly families: readonly TcpFamily[] }
  | { readonly path: string };

/**
 * The tables of one server, read anew only when they have to be: it may take a second where many connections are in
 * TIME_WAIT. While the same sockets are held, a tenth of the time goes into reading at most.
 */
export class SocketTables {
  readonly #owner: NetOwner;
  readonly #servedIn: NetOwner;
  readonly #place: SocketPlace;
  #last:
    | { readonly view: SocketView; readonly inodes: ReadonlySet<number>; readonly freshUntilMs: number }
    | undefined;

  /** `servedIn`: the network of the server's own sockets. */
  constructor(owner: NetOwner, servedIn: NetOwner, place: SocketPlace) {
    this.#owner = owner;
    this.#servedIn = servedIn;
    this.#place = place;
  }

  /** What stands at the path now; nothing for TCP. */
  unix(): UnixPlace {
    return unixAt(this.#owner, this.#place);
  }

  /** What the tables say, with these sockets in mind; `anew` reads them in any case. */
  view(inodes: readonly number[], anew: boolean): SocketView {
    const last = this.#last;
    const startedAtMs = performance.now();
    if (last && !anew && startedAtMs < last.freshUntilMs && inodes.every(inode => last.inodes.has(inode))) {
      return last.view;
    }
    const view = viewSockets(this.#owner, this.#servedIn, this.#place);
    const endedAtMs = performance.now();
    const freshUntilMs = endedAtMs + 10 * (endedAtMs - startedAtMs);
    this.#last = { view, inodes: new Set(inodes), freshUntilMs };
    return view;
  }
}

/** `elsewhere` reads the other tables when it is first asked. */
function viewSockets(owner: NetOwner, servedIn: NetOwner, place: SocketPlace): SocketView {
  let tabled: ReadonlyMap<number, TabledSocket> | undefined;
  return {
    rows: 'path' in place ? [] : readTcpRows(owner, place.families, place.port),
    elsewhere: inode => {
      tabled ??= readTabledSockets(servedIn);
      return tabled.get(inode);
    },
    unix: unixAt(owner, place),
  };
}

function unixAt(owner: NetOwner, place: SocketPlace): UnixPlace {
  const rows = 'path' in place ? readUnixRows(owner).filter(({ path }) => path === place.path) : [];
  return {
    listeners: rows.filter(({ listening }) => listening).map(({ inode }) => inode),
    waiting: rows.filter(({ inode }) => inode === 0).length,
  };
}

/** Which processes of the machine hold sockets that the watched tree does not. */
export function findOutsideHolders(inodes: readonly number[]): ReadonlyMap<number, readonly number[]> {
  return inodes.length === 0 ? new Map() : findHolders(new Set(inodes)).byInode;
}
