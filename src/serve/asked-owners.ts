import { setImmediate as nextTurn } from 'node:timers/promises';
import { findInodes, readFds } from '../proc/fds.js';
import type { SocketRow } from '../proc/parse/socket-table.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import type { Account } from './account.js';
import type { Tables } from './tables.js';

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
    if (this.#looks >= MOST_LOOKS || (this.#looks >= LEAST_LOOKS && this.#spentMs > MOST_MS))
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

const MOST_LOOKS = 10;
/** Three processes with a connection each are many. */
const LEAST_LOOKS = 3;
const MOST_MS = 30;
