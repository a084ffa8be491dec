import { findInodes, readFds } from '../proc/fds.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import type { Account } from './account.js';
import type { Tables } from './tables.js';

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
  #looks = 0;
  #spentMs = 0;

  constructor(account: Account, roots: () => readonly number[], tables: Tables) {
    this.#tables = tables;
    this.#account = account;
    this.#roots = roots;
  }

  ask(port: number, remotePort: number): void {
    if (this.#looks >= MOST_LOOKS || (this.#looks >= LEAST_LOOKS && this.#spentMs > MOST_MS)) return;
    if (this.#pending.size === 0) setImmediate(() => this.#look());
    this.#pending.set(remotePort, port);
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
    void this.#match(asked, holders);
  }

  /** Who has lost a socket when the table has been read had come for these connections, as whoever still has one. */
  async #match(
    asked: ReadonlyMap<number, number>,
    holders: ReadonlyMap<number, ReadonlySet<number>>,
  ): Promise<void> {
    const { rows } = await this.#tables.look({ inodes: [], localPorts: [...asked.keys()] });
    const inodes = rows.flatMap(({ localPort, remotePort, inode }) =>
      asked.get(localPort) === remotePort ? [inode] : [],
    );
    for (const [pid, sockets] of holders)
      if (inodes.some(inode => sockets.has(inode)) || hasLostOne(pid, sockets)) this.#account.pids.add(pid);
  }
}

/** A process that has ended has lost all, and does so before its parent has reaped it. */
function hasLostOne(pid: number, sockets: ReadonlySet<number>): boolean {
  const kept = findInodes(pid, sockets);
  return typeof kept === 'string' || kept.size < sockets.size;
}

const MOST_LOOKS = 10;
/** Three processes with a connection each are many. */
const LEAST_LOOKS = 3;
const MOST_MS = 30;
