import type { ServeOptions } from '../options/serve.js';
import { type Fd, findInodes, readFds } from '../proc/fds.js';
import { readLimits } from '../proc/process.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import type { ClientEvidence, HeldByClient, Stuck } from '../verdict/client/evidence.js';
import type { Account } from './account.js';
import { type ConnectionLog, type OpenNow, SETTLED_MS } from './connection-log.js';
import type { Naming } from './owners.js';
import type { MisbehavingServer } from './server.js';
import type { Tables } from './tables.js';

/** What the server had open at one moment, and what its client held. */
export interface ServePoint {
  readonly atMs: number;
  readonly requests: number;
  readonly connections: number;
  readonly open: number;
  readonly busy: number;
  readonly idle: number;
  readonly closeWait: number;
  readonly dead: number;
  readonly clientFds: number;
}

/** Everybody who is followed: the one client that was named, or all who come. */
export class Followers {
  readonly #followers = new Map<string, Follower>();
  readonly #book: ConnectionLog;
  readonly #server: MisbehavingServer;
  readonly #naming: Naming;
  readonly #tables: Tables;
  readonly #isOne: boolean;

  constructor(
    book: ConnectionLog,
    server: MisbehavingServer,
    naming: Naming,
    tables: Tables,
    roots: readonly number[] | undefined,
  ) {
    this.#tables = tables;
    this.#book = book;
    this.#server = server;
    this.#naming = naming;
    this.#isOne = roots !== undefined;
    if (roots) this.#add(THE_CLIENT, roots);
  }

  all(): readonly Follower[] {
    return [...this.#followers.values()];
  }

  async look(atMs: number, patienceMs: number | undefined) {
    if (!this.#isOne) {
      for (const name of this.#book.accounts.keys()) {
        const pid = this.#naming.pids.get(name);
        if (!this.#followers.has(name)) this.#add(name, pid === undefined ? [] : [pid]);
      }
    }
    const looks: Array<{ follower: Follower } & Awaited<ReturnType<Follower['look']>>> = [];
    for (const follower of this.all()) looks.push({ follower, ...(await follower.look(patienceMs)) });
    const sum = (of: (look: (typeof looks)[number]) => number) =>
      looks.reduce((all, look) => all + of(look), 0);
    const point = {
      atMs,
      requests: sum(({ follower }) => follower.account.requests),
      connections: sum(({ follower }) => follower.account.connections),
      open: sum(({ now }) => now.open),
      busy: sum(({ now }) => now.busy),
      idle: sum(({ now }) => now.idle),
      closeWait: sum(({ client }) => client?.closeWait ?? 0),
      dead: sum(({ client }) => client?.dead ?? 0),
      clientFds: sum(({ client }) => client?.fds ?? 0),
    };
    return { point, gone: this.#isOne && looks.every(({ client }) => client === undefined) };
  }

  #add(name: string, roots: readonly number[]): void {
    this.#followers.set(
      name,
      new Follower(this.#book.account(name), this.#book, roots, this.#server.ports, this.#tables),
    );
  }
}

/** Name of the account when there is one client only. */
export const THE_CLIENT = 'client';

/** Follows one client over time: the book's side of it, and its own. */
export class Follower {
  readonly account: Account;
  readonly #book: ConnectionLog;
  readonly #watch: ClientWatch | undefined;
  #peaks = NONE;
  /** Without those of which it was not known yet whose they were. */
  #surePeaks = NONE;
  #leftToItWhenLooked = 0;
  pids: readonly number[] = [];

  constructor(
    account: Account,
    book: ConnectionLog,
    roots: readonly number[],
    ports: readonly number[],
    tables: Tables,
  ) {
    this.account = account;
    this.#book = book;
    this.#watch = roots.length === 0 ? undefined : new ClientWatch(roots, ports, tables);
  }

  /** What is open now; `client` is undefined when it is gone, or was nobody to look at. */
  async look(
    patienceMs: number | undefined,
  ): Promise<{ readonly now: OpenNow; readonly client: ClientLook | undefined }> {
    const atMs = performance.now();
    // First what was heard, because to look takes a while.
    const now = this.#book.now(this.account, atMs, SETTLED_MS, patienceMs ?? Number.POSITIVE_INFINITY);
    const leftToIt = this.#leftToIt;
    const client = await this.#watch?.look(atMs, now.open);
    if (client) {
      // Where the tables are long it was perhaps not looked at again.
      if (client.isFresh) this.#leftToItWhenLooked = leftToIt;
      this.pids = client.pids;
      for (const visit of this.#book.visits) {
        const owner = client.owners.get(visit.remotePort);
        if (owner === undefined) continue;
        this.account.pids.add(owner);
        visit.isUntold = false;
      }
    }
    const sure = this.#book.now(
      this.account,
      atMs,
      SETTLED_MS,
      patienceMs ?? Number.POSITIVE_INFINITY,
      false,
    );
    this.#peaks = higher(this.#peaks, now);
    this.#surePeaks = higher(this.#surePeaks, sure);
    return { now, client };
  }

  evidence({ protocol, limits, keepAlive }: ServeOptions): ClientEvidence {
    const { account } = this;
    const peaks = this.#book.others.connections > 0 ? this.#surePeaks : this.#peaks;
    return {
      protocol,
      limits,
      keepAlive,
      connections: account.connections,
      requests: account.requests,
      answered: account.answered,
      failed: account.failed,
      offered: account.offered,
      askedToClose: account.askedToClose,
      besideIdle: account.besideIdle,
      perhapsWasted: account.perhapsWasted,
      afterClose: account.afterClose,
      peakBusy: account.peakBusy,
      peakOpen: account.peakOpen,
      longestIdleMs: Math.max(account.longestIdleMs, peaks.longestIdleMs),
      peakIdle: Math.max(peaks.idle, account.peakIdle),
      peakIdleAtOnce: account.peakIdleAtOnce,
      peakIdleOnOnePort: Math.max(peaks.mostIdleOnOnePort, account.peakIdleOnOnePort),
      peakOverdue: Math.max(peaks.overdue, account.peakOverdue),
      perhapsOverdue: account.perhapsOverdue,
      longestOwedMs: Math.max(peaks.longestBusyMs, account.longestOwedMs),
      owners: account.pids.size,
      ownersAsked: account.ownersAsked,
      leftToIt: this.#leftToIt,
      leftToItWhenLooked: this.#leftToItWhenLooked,
      held: this.#watch?.held(),
    };
  }

  get #leftToIt(): number {
    return this.account.connections - this.account.endedByClient;
  }
}

type Peaks = Pick<OpenNow, 'idle' | 'mostIdleOnOnePort' | 'overdue' | 'longestBusyMs' | 'longestIdleMs'>;

const NONE: Peaks = { idle: 0, mostIdleOnOnePort: 0, overdue: 0, longestBusyMs: 0, longestIdleMs: 0 };

function higher(before: Peaks, now: Peaks): Peaks {
  return {
    idle: Math.max(before.idle, now.idle),
    mostIdleOnOnePort: Math.max(before.mostIdleOnOnePort, now.mostIdleOnOnePort),
    overdue: Math.max(before.overdue, now.overdue),
    longestBusyMs: Math.max(before.longestBusyMs, now.longestBusyMs),
    longestIdleMs: Math.max(before.longestIdleMs, now.longestIdleMs),
  };
}

interface Seen {
  readonly pid: number;
  readonly fd: number;
  readonly inode: number;
  readonly sinceMs: number;
}

/** What the client's processes hold now. */
interface ClientLook {
  readonly pids: readonly number[];
  readonly fds: number;
  /** The tables were read for it. */
  readonly isFresh: boolean;
  readonly closeWait: number;
  readonly dead: number;
  readonly unread: number;
  /** Pid by local port, of its connections to this server. */
  readonly owners: ReadonlyMap<number, number>;
}

/** Follows the sockets of a client through /proc: what it holds that the server cannot see from its side. */
class ClientWatch {
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
    return { pids: living.map(({ pid }) => pid), fds: all.length, isFresh: isDue, ...look };
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
        ? [...this.#seen.values()].slice(0, MAX_NAMED).map(({ pid, fd, inode }) => ({ pid, fd, inode }))
        : this.#worst.fds,
    };
    return fds.length;
  }

  worst(): Stuck {
    return this.#worst;
  }
}

const MAX_NAMED = 1_000;
