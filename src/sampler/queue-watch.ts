import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { SocketRow } from '../proc/parse/socket-table.js';
import { AcceptQueue, type NetOwner, readListenRows, type TcpFamily } from '../proc/sockets.js';

/** A listening socket whose accept queue is watched. */
export interface WatchedListener {
  readonly family: TcpFamily;
  readonly address: string;
  readonly port: number;
  readonly inode: number;
}

/** Watches the accept queues of a server. Owns open files and perhaps a socket: the owner calls close(). */
export class QueueWatch {
  readonly #owner: NetOwner;
  readonly #listeners: readonly WatchedListener[];
  readonly #byInode: Map<number, AcceptQueue>;
  readonly #sentinels: readonly Server[];
  #soughtAtMs = Number.NEGATIVE_INFINITY;

  private constructor(owner: NetOwner, listeners: readonly WatchedListener[], sentinels: readonly Server[]) {
    this.#owner = owner;
    this.#listeners = listeners;
    this.#byInode = new Map(
      listeners.map(({ family, inode }) => [inode, new AcceptQueue(owner, family, inode)]),
    );
    this.#sentinels = sentinels;
  }

  static async open(owner: NetOwner, listeners: readonly WatchedListener[]): Promise<QueueWatch> {
    const sentinels: Server[] = [];
    for (const family of new Set(listeners.map(listener => listener.family))) {
      const inodes = listeners.filter(listener => listener.family === family).map(({ inode }) => inode);
      const sentinel = owner === 'self' ? await openSentinel(family, inodes) : undefined;
      if (sentinel) sentinels.push(sentinel);
    }
    return new QueueWatch(owner, listeners, sentinels);
  }

  /** The longest queue; undefined when none can be seen. */
  length(): number | undefined {
    let longest: number | undefined;
    for (const queue of this.#byInode.values()) {
      const length = queue.length();
      if (length !== undefined && (longest === undefined || length > longest)) longest = length;
    }
    return longest;
  }

  /** That of one listener. */
  lengthOf(inode: number): number | undefined {
    return this.#byInode.get(inode)?.length();
  }

  /** Whether this is a listener of the server: one that it had, or one that was found since. */
  has(inode: number): boolean {
    return this.#byInode.has(inode);
  }

  get isEmpty(): boolean {
    return this.#byInode.size === 0;
  }

  /**
   * Looks for listeners at the same addresses that have come since, and watches those of the server from now on; whether
   * there were any. Not more often than every 5 ms: a table has to be read for it.
   */
  findAgain(isServers: (inode: number) => boolean): boolean {
    if (performance.now() - this.#soughtAtMs < SEEK_MS) return false;
    this.#soughtAtMs = performance.now();
    const before = this.#byInode.size;
    for (const family of new Set(this.#listeners.map(listener => listener.family)))
      for (const { localAddress, localPort, inode } of readListenRows(this.#owner, family)) {
        const isPlace = this.#listeners.some(
          one => one.family === family && one.address === localAddress && one.port === localPort,
        );
        if (isPlace && !this.has(inode) && isServers(inode))
          this.#byInode.set(inode, new AcceptQueue(this.#owner, family, inode));
      }
    return this.#byInode.size > before;
  }

  close(): void {
    for (const queue of this.#byInode.values()) queue.close();
    for (const sentinel of this.#sentinels) sentinel.close();
  }
}

/**
 * A listener of our own that stands behind the server's in the table. To write a row the kernel looks for the one that
 * follows, and behind the last LISTEN row that search goes through the whole table of connections: 460 µs to 7 ms instead
 * of 5 µs. Rows stand in the order of hash(address) ^ port, cut to 13 to 16 bits, so eight ports are tried at once. Where
 * all of them stand before the server's (1 of 9), the last of them is kept, and climbs: of the eight settings of its
 * uppermost three bits one brings it into the last eighth of the table, of those of the next three into the last eighth of
 * that. A port below 1024 is left alone, and with it 1 of 64 ways up: a second address has another hash. Tries at random
 * alone left 1 run of 33 without a sentinel, with an eighth of the speed.
 */
async function openSentinel(family: TcpFamily, inodes: readonly number[]): Promise<Server | undefined> {
  for (const host of LOOPBACK[family]) {
    if (!isLast(readListenRows('self', family), inodes)) return undefined;
    const server = await climb(family, host, inodes);
    if (server) return server;
  }
  return undefined;
}

async function climb(
  family: TcpFamily,
  host: string,
  inodes: readonly number[],
): Promise<Server | undefined> {
  let ports: readonly number[] = Array(AT_ONCE).fill(ANY_PORT);
  let best: Server | undefined;
  for (const shift of SHIFTS) {
    const attempts = await Promise.allSettled(ports.map(port => listen(host, port)));
    // Where hardly a port is free, there may be none for this: it would only have saved time.
    const made = attempts.flatMap(attempt => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    const rows = readListenRows('self', family);
    best = keepLast(best ? [best, ...made] : made, rows);
    if (!best || !isLast(rows, inodes)) return best;
    ports = variants(portOf(best), shift);
  }
  best?.close();
  return undefined;
}

/** The ports that differ from this one in the three bits above `shift`. */
function variants(port: number, shift: number): number[] {
  return [1, 2, 3, 4, 5, 6, 7].map(bits => port ^ (bits << shift)).filter(one => one >= FIRST_FREE_PORT);
}

/** The one that stands last in the table; the others are closed. */
function keepLast(servers: readonly Server[], rows: readonly SocketRow[]): Server | undefined {
  const place = (server: Server) => rows.findLastIndex(row => row.localPort === portOf(server));
  const last = [...servers].sort((a, b) => place(a) - place(b)).at(-1);
  for (const server of servers) if (server !== last) server.close();
  return last;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer().unref();
  server.listen({ port, host, backlog: 1 });
  await once(server, 'listening');
  return server;
}

function isLast(rows: readonly SocketRow[], inodes: readonly number[]): boolean {
  return inodes.includes(rows.at(-1)?.inode ?? 0);
}

const LOOPBACK: Record<TcpFamily, readonly string[]> = {
  tcp: ['127.0.0.1', '127.0.0.2'],
  tcp6: ['::1', '::ffff:127.0.0.2'],
};
/** The last is not climbed to any more. */
const SHIFTS = [13, 10, 7, 4, 1, 0];
const AT_ONCE = 8;
const SEEK_MS = 5;
const ANY_PORT = 0;
/** Those below belong to services. */
const FIRST_FREE_PORT = 1_024;
