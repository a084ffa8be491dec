import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { missingBecause, ProcFile, readProcTextOrNothing } from './file.js';
import { folderOf } from './folder.js';
import { type ListenCounters, parseListenCounters } from './parse/netstat.js';
import { parseSocketRow, parseSocketTable, type SocketRow } from './parse/socket-table.js';
import { listPids, readNetNamespace } from './process.js';

/** A network namespace, named by a process that lives in it. */
export type NetOwner = number | 'self';
export type TcpFamily = 'tcp' | 'tcp6';

/** TCP sockets, without those in TIME_WAIT; with a port those that it is an end of. 5 ms and more per family. */
export function readTcpRows(owner: NetOwner, families: readonly TcpFamily[], port?: number): SocketRow[] {
  return families.flatMap(family =>
    parseSocketTable(readProcTextOrNothing(`${folderOf(owner)}/net/${family}`) ?? '', port),
  );
}

export function readUnixRows(owner: NetOwner): UnixRow[] {
  return parseUnixTable(readProcTextOrNothing(`${folderOf(owner)}/net/unix`) ?? '');
}

export function readListenCounters(owner: NetOwner): ListenCounters {
  return parseListenCounters(readProcTextOrNothing(`${folderOf(owner)}/net/netstat`) ?? '');
}

/** Connections that all servers of the namespace have accepted so far. The kernel does not count them by listener. */
export function readPassiveOpens(owner: NetOwner): number {
  return parsePassiveOpens(readProcTextOrNothing(`${folderOf(owner)}/net/snmp`) ?? '');
}

/** Inodes of all sockets that stand in any table of the namespace. A socket in none of them has lost its connection. */
export function readTabledInodes(owner: NetOwner): Set<number> {
  const inodes = readOtherInodes(owner);
  for (const { inode } of readTcpRows(owner, ['tcp', 'tcp6'])) inodes.add(inode);
  return inodes;
}

/** Those of the tables that are not TCP's, which are short. */
export function readOtherInodes(owner: NetOwner): Set<number> {
  const inodes = new Set<number>();
  for (const { inode } of readUnixRows(owner)) inodes.add(inode);
  for (const table of [
    'udp',
    'udp6',
    'raw',
    'raw6',
    'icmp',
    'icmp6',
    'netlink',
    'packet',
    'udplite',
    'udplite6',
  ]) {
    for (const inode of lastColumnInodes(
      readProcTextOrNothing(`${folderOf(owner)}/net/${table}`) ?? '',
      table,
    )) {
      inodes.add(inode);
    }
  }
  return inodes;
}

function lastColumnInodes(text: string, table: string): number[] {
  const column = table === 'netlink' ? 9 : table === 'packet' ? 8 : 9;
  return text
    .split('\n')
    .slice(1)
    .map(line => Number(line.trim().split(/\s+/)[column]))
    .filter(inode => inode > 0);
}

/**
 * The LISTEN rows of a family. They stand first in the table, and the kernel is slow only behind them (7 ms for its
 * empty hash table alone), so the table is read a page at a time up to the first row that does not listen, and not
 * asked for more after a page that was not full.
 */
export function readListenRows(owner: NetOwner, family: TcpFamily): SocketRow[] {
  const rows: SocketRow[] = [];
  let fd: number;
  try {
    fd = openSync(`${folderOf(owner)}/net/${family}`, 'r');
  } catch (error) {
    missingBecause(error);
    return rows;
  }
  try {
    const buffer = Buffer.allocUnsafe(PAGE_BYTES);
    let rest = '';
    for (;;) {
      const size = readSync(fd, buffer, 0, buffer.length, null);
      const lines = (rest + buffer.toString('latin1', 0, size)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const row = parseSocketRow(line);
        if (!row) continue;
        if (row.state !== 'LISTEN') return rows;
        rows.push(row);
      }
      if (size < PAGE_BYTES - ROW_BYTES) return rows;
    }
  } finally {
    closeSync(fd);
  }
}

/** The most that one read of such a file gives. */
const PAGE_BYTES = 4096;

/** One row of /proc/net/tcp and a little more of tcp6: asking for no more keeps the kernel in the LISTEN rows. */
const ROW_BYTES = 150;

/**
 * How many connections wait in the accept queue of one listening socket, in 5 µs: the table is read from its start
 * just as far as the row of this listener. When the row has moved, because another listener came or went, it is
 * looked for once more.
 */
export class AcceptQueue {
  readonly #table: ProcFile;
  readonly #owner: NetOwner;
  readonly #family: TcpFamily;
  readonly #inode: number;
  #prefixBytes = 0;

  constructor(owner: NetOwner, family: TcpFamily, inode: number) {
    this.#table = new ProcFile(`${folderOf(owner)}/net/${family}`, 1 << 16);
    this.#owner = owner;
    this.#family = family;
    this.#inode = inode;
  }

  /** The queue's length; undefined when the listener is gone. */
  length(): number | undefined {
    const found = this.#find(this.#prefixBytes);
    if (found !== undefined) return found;
    const index = readListenRows(this.#owner, this.#family).findIndex(row => row.inode === this.#inode);
    if (index < 0) return undefined;
    for (let bytes = ROW_BYTES * (index + 2); bytes <= 1 << 16; bytes += ROW_BYTES) {
      const length = this.#find(bytes);
      if (length === undefined) continue;
      this.#prefixBytes = bytes;
      return length;
    }
    return undefined;
  }

  close(): void {
    this.#table.close();
  }

  #find(prefixBytes: number): number | undefined {
    if (prefixBytes === 0) return undefined;
    const text = this.#table.read(prefixBytes) ?? '';
    const at = text.indexOf(` ${this.#inode} `);
    if (at < 0) return undefined;
    const row = parseSocketRow(
      text.slice(text.lastIndexOf('\n', at) + 1, at + 12 + String(this.#inode).length),
    );
    return row?.inode === this.#inode && row.state === 'LISTEN' ? row.rxQueue : undefined;
  }
}

/** Connections that the namespace has accepted since it began: PassiveOpens of the Tcp lines of /proc/net/snmp. */
export function parsePassiveOpens(text: string): number {
  const [names, values] = text
    .split('\n')
    .filter(line => line.startsWith('Tcp:'))
    .map(line => line.split(' '));
  return Number(values?.[names?.indexOf('PassiveOpens') ?? -1] ?? 0);
}

export interface UnixRow {
  readonly inode: number;
  /** A leading "@" stands for the NUL of an abstract name. Empty for an unnamed socket. */
  readonly path: string;
  /** __SO_ACCEPTCON of the Flags column: the socket listens. */
  readonly listening: boolean;
}

/** Rows of /proc/net/unix. A connection that waits in the accept queue has the listener's path and inode 0. */
export function parseUnixTable(text: string): UnixRow[] {
  const rows: UnixRow[] = [];
  for (const line of text.split('\n').slice(1)) {
    const match = /^\S+ \S+ \S+ (\S+) \S+ \S+\s+(\d+)(?: (.*))?$/.exec(line);
    if (!match) continue;
    rows.push({
      inode: Number(match[2]),
      path: match[3] ?? '',
      listening: (Number.parseInt(match[1] ?? '0', 16) & 0x10000) !== 0,
    });
  }
  return rows;
}

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

/**
 * What these listening sockets of our own network have dropped in their whole life, by the kernel's count: sk_drops,
 * which only netlink tells, through ss(8) of iproute2. undefined where there is no ss, or it does not know one of them.
 */
export function readListenerDrops(inodes: readonly number[]): Promise<number | undefined> {
  return new Promise(resolve => {
    execFile('ss', ['-lntemH'], { timeout: MAX_MS, maxBuffer: 1 << 26 }, (error, stdout) =>
      resolve(error ? undefined : parseListenerDrops(stdout, inodes)),
    );
  });
}

const MAX_MS = 2_000;

/**
 * The drops of some listeners together, out of `ss -lntemH`: a row with "ino:123" and, in the same row or in the one
 * after it, "skmem:(r0,…,d0)". undefined unless all of them are there.
 */
export function parseListenerDrops(text: string, inodes: readonly number[]): number | undefined {
  const drops = new Map<number, number>();
  let inode: number | undefined;
  for (const line of text.split('\n')) {
    const own = /\bino:(\d+)/.exec(line)?.[1];
    if (own !== undefined) inode = Number(own);
    const dropped = /\bskmem:\([^)]*,d(\d+)\)/.exec(line)?.[1];
    if (inode !== undefined && dropped !== undefined) drops.set(inode, Number(dropped));
  }
  const known = inodes.map(one => drops.get(one));
  return known.reduce<number | undefined>(
    (sum, one) => (sum === undefined || one === undefined ? undefined : sum + one),
    0,
  );
}
