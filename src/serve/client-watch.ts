import { type Fd, findInodes, readFds } from '../proc/fds.js';
import { readLimits } from '../proc/process.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import type { HeldByClient, Stuck } from '../verdict/client/evidence.js';
import type { Tables } from './tables.js';

interface Seen {
  readonly pid: number;
  readonly fd: number;
  readonly inode: number;
  readonly sinceMs: number;
}

/** What the client's processes hold now. */
export interface ClientLook {
  readonly pids: readonly number[];
  readonly fds: number;
  readonly closeWait: number;
  readonly dead: number;
  readonly unread: number;
  /** Pid by local port, of its connections to this server. */
  readonly owners: ReadonlyMap<number, number>;
}

/** Follows the sockets of a client through /proc: what it holds that the server cannot see from its side. */
export class ClientWatch {
  readonly #roots: readonly number[];
  readonly #ports: ReadonlySet<number>;
  readonly #tables: Tables;
  readonly #closeWait = new StuckSockets();
  readonly #dead = new StuckSockets();
  readonly #unread = new StuckSockets();
  /** Inodes of sockets that are something else than TCP: they stay what they are. */
  readonly #others = new Set<number>();
  #fdsBefore: number | undefined;
  #fdsPeak = 0;
  #fdLimit: number | undefined;
  #denied = false;
  #dueAtMs = 0;
  #last: Pick<ClientLook, 'closeWait' | 'dead' | 'unread' | 'owners'> | undefined;

  constructor(roots: readonly number[], ports: readonly number[], tables: Tables) {
    this.#tables = tables;
    this.#roots = roots;
    this.#ports = new Set(ports);
  }

  /** undefined when nobody of it is there, or its descriptors may not be read. */
  async look(nowMs: number, openNow: number): Promise<ClientLook | undefined> {
    const living = descendants(readProcessTable(), this.#roots).filter(({ state }) => state !== 'Z');
    if (living.length === 0) return undefined;
    const all = living.flatMap(({ pid }) => {
      const fds = readFds(pid);
      if (fds === 'denied') this.#denied = true;
      return typeof fds === 'string' ? [] : fds.map(fd => ({ ...fd, pid }));
    });
    this.#fdLimit ??= readLimits(this.#roots[0] ?? 0).openFiles;
    this.#fdsBefore ??= all.length;
    this.#fdsPeak = Math.max(this.#fdsPeak, all.length);
    const sockets = new Map(all.filter(({ kind }) => kind === 'socket').map(fd => [fd.inode, fd]));
    // Where the tables are long they are read when the client holds more than the server, and now and then.
    const isDue = sockets.size > openNow || nowMs >= this.#dueAtMs || this.#last === undefined;
    const look = isDue || !this.#last ? await this.#sort(sockets, nowMs) : this.#last;
    if (isDue) this.#dueAtMs = nowMs + 10 * (performance.now() - nowMs);
    this.#last = look;
    return { pids: living.map(({ pid }) => pid), fds: all.length, ...look };
  }

  held(): HeldByClient | undefined {
    if (this.#fdsBefore === undefined || this.#denied) return undefined;
    return {
      closeWait: this.#closeWait.worst(),
      dead: this.#dead.worst(),
      unread: this.#unread.worst(),
      fdLimit: this.#fdLimit,
      fdsBefore: this.#fdsBefore,
      fdsPeak: this.#fdsPeak,
    };
  }

  async #sort(sockets: ReadonlyMap<number, Fd & { readonly pid: number }>, nowMs: number) {
    const closeWait: Array<Fd & { readonly pid: number }> = [];
    const unread: Array<Fd & { readonly pid: number }> = [];
    const owners = new Map<number, number>();
    const tabled = new Set<number>();
    const asked = [...sockets.keys()].filter(inode => !this.#others.has(inode));
    const { rows, others } = await this.#tables.look({ inodes: asked, localPorts: [] });
    for (const inode of others) this.#others.add(inode);
    for (const row of rows) {
      const fd = sockets.get(row.inode);
      if (!fd) continue;
      tabled.add(row.inode);
      if (!this.#ports.has(row.remotePort)) continue;
      owners.set(row.localPort, fd.pid);
      if (row.state === 'CLOSE_WAIT') closeWait.push(fd);
      else if (row.rxQueue > 0) unread.push(fd);
    }
    const missing = [...sockets.values()].filter(({ inode }) => !tabled.has(inode));
    const dead = await this.#inNoTable(missing.filter(({ inode }) => !this.#others.has(inode)));
    return {
      closeWait: this.#closeWait.note(closeWait, nowMs),
      dead: this.#dead.note(dead, nowMs),
      unread: this.#unread.note(unread, nowMs),
      owners,
    };
  }

  /** Asked twice: a row that moves while the table is read may be missed, and a socket be closed meanwhile. */
  async #inNoTable<F extends Fd & { readonly pid: number }>(missing: readonly F[]): Promise<F[]> {
    if (missing.length === 0) return [];
    const { rows } = await this.#tables.look({ inodes: missing.map(({ inode }) => inode), localPorts: [] });
    const found = new Set(rows.map(({ inode }) => inode));
    return missing.filter(({ pid, inode }) => {
      const held = findInodes(pid, new Set([inode]));
      return !found.has(inode) && typeof held !== 'string' && held.size > 0;
    });
  }
}

/** Sockets that are stuck in one way: since when each, and how many at the worst. */
class StuckSockets {
  #seen = new Map<number, Seen>();
  #worst: Stuck = { peak: 0, peakForASecond: 0, fds: [] };

  note(fds: ReadonlyArray<Fd & { readonly pid: number }>, nowMs: number): number {
    this.#seen = new Map(
      fds.map(({ pid, number, inode }) => [
        inode,
        this.#seen.get(inode) ?? { pid, fd: number, inode, sinceMs: nowMs },
      ]),
    );
    const forASecond = [...this.#seen.values()].filter(({ sinceMs }) => nowMs - sinceMs >= 1_000).length;
    const { peak, peakForASecond } = this.#worst;
    const isWorse = this.#seen.size > peak;
    this.#worst = {
      peak: Math.max(peak, this.#seen.size),
      peakForASecond: Math.max(peakForASecond, forASecond),
      fds: isWorse
        ? [...this.#seen.values()].slice(0, MOST_NAMED).map(({ pid, fd, inode }) => ({ pid, fd, inode }))
        : this.#worst.fds,
    };
    return fds.length;
  }

  worst(): Stuck {
    return this.#worst;
  }
}

const MOST_NAMED = 1_000;
