import { setImmediate as nextTurn } from 'node:timers/promises';
import { findInodes, readFds } from '../proc/fds.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import { programName } from '../proc/process.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import type { Account } from './account.js';
import type { ConnectionLog } from './connection-log.js';
import type { Tables } from './tables.js';

/** A connection whose owner is looked for. */
export interface Asked {
  readonly port: number;
  readonly remotePort: number;
  /** Nobody needs to know any more. */
  readonly isOver: () => boolean;
}

interface Question extends Asked {
  readonly answer: (pid: number | undefined) => void;
}

export interface Answer {
  /** undefined: it cannot be told, because the process is on another machine, in another network, or gone. */
  readonly pid: Promise<number | undefined>;
  /** The connection is to wait for it. */
  readonly isUrgent: boolean;
}

/**
 * Which process of this machine has the other end of a connection. A thread looks for it, for milliseconds, or for
 * hundreds of them where the tables are long; those that come meanwhile are looked for together. A connection waits for
 * that, so that even a short process is still there; but for no more than half of the time, or a client with many
 * connections would be as slow as the looking is. Beyond that its owner is looked for beside its work, if it stays.
 */
export class Owners {
  readonly #tables: Pick<Tables, 'look'>;
  readonly #startedAtMs = performance.now();
  readonly #questions: Question[] = [];
  readonly #mayWait: boolean;
  #isLooking = false;
  #spentMs = 0;
  #wake = () => {};
  /** Connections that wait for it. */
  waiting = 0;
  /** Those, and others of which it is asked. */
  asking = 0;

  /** `mayWait`: whether connections may wait for it at all. */
  constructor(tables: Pick<Tables, 'look'>, mayWait = true) {
    this.#mayWait = mayWait;
    this.#tables = tables;
  }

  ask(asked: Asked): Answer {
    const isUrgent = this.#mayWait && this.#spentMs <= FREE_MS + (performance.now() - this.#startedAtMs) / 2;
    const pid = new Promise<number | undefined>(answer => this.#questions.push({ ...asked, answer }));
    this.asking++;
    if (!this.#isLooking) void this.#look();
    if (!isUrgent) return { pid, isUrgent };
    this.waiting++;
    this.#wake();
    return { pid: pid.finally(() => this.waiting--), isUrgent };
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    // What has come in the same turn is asked together.
    await nextTurn();
    while (this.#questions.length > 0) {
      const startedAtMs = performance.now();
      const isAwaited = this.waiting > 0;
      await this.#answer(this.#questions.splice(0));
      const costMs = performance.now() - startedAtMs;
      if (isAwaited) this.#spentMs += costMs;
      if (this.waiting === 0) await this.#rest(costMs);
    }
    this.#isLooking = false;
  }

  /** Until somebody waits. */
  #rest(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #answer(questions: readonly Question[]): Promise<void> {
    const localPorts = questions.filter(({ isOver }) => !isOver()).map(({ remotePort }) => remotePort);
    const { rows, owners } =
      localPorts.length === 0
        ? NOTHING
        : await this.#tables.look({ inodes: [], localPorts, wantsOwners: true });
    const inodes = new Map(
      rows.map(({ localPort, remotePort, inode }) => [`${localPort}:${remotePort}`, inode]),
    );
    const pids = new Map(owners);
    this.asking -= questions.length;
    for (const { port, remotePort, answer } of questions)
      answer(pids.get(inodes.get(`${remotePort}:${port}`) ?? 0));
  }
}

const FREE_MS = 1_000;
const NOTHING = { rows: [], owners: [] };

/** Who had which sockets when these connections came: ports of this server, by those of the client. */
interface Seen {
  readonly asked: ReadonlyMap<number, number>;
  readonly holders: ReadonlyMap<number, ReadonlySet<number>>;
}

/**
 * Whether the connections of a client are those of one process or of many that come and go. It takes milliseconds to
 * find that out, so it is asked of the first ones only, once for all that came in the same turn of the loop: who has
 * sockets before they are answered, while their processes are still there, and whose they are beside that.
 */
export class AskedOwners {
  readonly #account: Account;
  readonly #tables: Tables;
  readonly #roots: () => readonly number[];
  readonly #pending = new Map<number, number>();
  #looked = Promise.resolve();
  /** Seen, and not yet held against the tables. */
  #unmatched: Seen[] = [];
  #looks = 0;
  #spentMs = 0;
  /** Connections of which it is not known yet. */
  asking = 0;

  constructor(account: Account, roots: () => readonly number[], tables: Tables) {
    this.#tables = tables;
    this.#account = account;
    this.#roots = roots;
  }

  /** Resolves when whoever has sockets has been seen. A connection that came in this turn is not read before that. */
  ask(port: number, remotePort: number): Promise<void> {
    if (this.#looks >= MAX_LOOKS || (this.#looks >= MIN_LOOKS && this.#spentMs > MAX_MS))
      return Promise.resolve();
    if (this.#pending.size === 0) this.#looked = nextTurn().then(() => this.#look());
    this.#pending.set(remotePort, port);
    return this.#looked;
  }

  #look(): void {
    this.#looks++;
    const startedAtMs = performance.now();
    const asked = new Map(this.#pending);
    this.#pending.clear();
    this.#account.ownersAsked += asked.size;
    const holders = new Map<number, ReadonlySet<number>>();
    for (const { pid } of descendants(readProcessTable(), this.#roots())) {
      const fds = readFds(pid);
      if (typeof fds === 'string') continue;
      const sockets = fds.filter(({ kind }) => kind === 'socket').map(({ inode }) => inode);
      if (sockets.length > 0) holders.set(pid, new Set(sockets));
    }
    this.#spentMs += performance.now() - startedAtMs;
    this.asking += asked.size;
    this.#unmatched.push({ asked, holders });
    if (this.#unmatched.length === 1) void this.#matchAll();
  }

  /** Where the tables are long, what is seen while they are read is held against them together. */
  async #matchAll(): Promise<void> {
    while (this.#unmatched.length > 0) {
      const seen = [...this.#unmatched];
      const localPorts = seen.flatMap(({ asked }) => [...asked.keys()]);
      const { rows } = await this.#tables.look({ inodes: [], localPorts });
      for (const { asked, holders } of seen) {
        this.#match(asked, holders, rows);
        this.asking -= asked.size;
      }
      this.#unmatched = this.#unmatched.slice(seen.length);
    }
  }

  /** Who has lost a socket when the tables have been read had come for these connections, as whoever still has one. */
  #match(asked: Seen['asked'], holders: Seen['holders'], rows: readonly SocketRow[]): void {
    const inodes = rows.flatMap(({ localPort, remotePort, inode }) =>
      asked.get(localPort) === remotePort ? [inode] : [],
    );
    for (const [pid, sockets] of holders)
      if (inodes.some(inode => sockets.has(inode)) || hasLostOne(pid, ownOf(sockets, holders)))
        this.#account.pids.add(pid);
  }
}

/** Those that no other process of the client has as well, as it has what was inherited: `sleep` made no connection. */
function ownOf(sockets: ReadonlySet<number>, holders: Seen['holders']): ReadonlySet<number> {
  const all = [...holders.values()];
  return new Set([...sockets].filter(inode => all.filter(others => others.has(inode)).length === 1));
}

/** A process that has ended has lost all, and does so before its parent has reaped it. */
function hasLostOne(pid: number, sockets: ReadonlySet<number>): boolean {
  if (sockets.size === 0) return false;
  const kept = findInodes(pid, sockets);
  return typeof kept === 'string' || kept.size < sockets.size;
}

const MAX_LOOKS = 10;
/** Three processes with a connection each are many. */
const MIN_LOOKS = 3;
const MAX_MS = 30;

/** Whose connections these are, when nobody was named: by process on this machine, else by address. */
export class Naming {
  readonly pids = new Map<string, number>();
  readonly #book: ConnectionLog;

  constructor(book: ConnectionLog) {
    this.#book = book;
  }

  /** Nobody has looked for its process yet. */
  unnamed(remoteAddress: string | undefined): Account {
    return this.#accountOf(undefined, remoteAddress);
  }

  /** One that came from this machine, and whose process was not found, may have come from anybody. */
  accountOf(pid: number | undefined, ends: Ends): Account {
    const account = this.#accountOf(pid, ends.remoteAddress);
    if (isHere(ends)) account.ownersAsked++;
    if (pid !== undefined) account.pids.add(pid);
    return account;
  }

  #accountOf(pid: number | undefined, remoteAddress = 'unknown'): Account {
    const address = remoteAddress.replace(/^::ffff:/, '');
    const name = pid === undefined ? address : `${address} pid ${pid} (${programName(pid)})`;
    if (!this.pids.has(name) && this.pids.size >= MAX_NAMES) return this.#book.account('others');
    if (pid !== undefined) this.pids.set(name, pid);
    return this.#book.account(name);
  }
}

/** The two addresses of a connection, as this server sees them. */
interface Ends {
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
}

/** The kernel connects to an address of this machine from that very address, or from a loopback one. */
function isHere({ remoteAddress = '', localAddress }: Ends): boolean {
  return remoteAddress === localAddress || /^(::ffff:)?127\./.test(remoteAddress);
}

const MAX_NAMES = 1_000;
