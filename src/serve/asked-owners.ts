import { findInodes } from '../proc/fds.js';
import { readTcpRows } from '../proc/sockets.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import type { Account } from './account.js';

/**
 * Whether the connections of a client are those of one process or of many that come and go. It takes milliseconds to
 * find that out, so it is asked of the first ones only, once for all that came in the same turn of the loop: before
 * they are answered, so that their processes are still there.
 */
export class AskedOwners {
  readonly #account: Account;
  readonly #roots: () => readonly number[];
  readonly #pending = new Map<number, number>();
  #looks = 0;
  #spentMs = 0;

  constructor(account: Account, roots: () => readonly number[]) {
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
    const inodes = new Set<number>();
    for (const port of new Set(this.#pending.values())) {
      for (const row of readTcpRows('self', ['tcp', 'tcp6'], port))
        if (row.remotePort === port && this.#pending.has(row.localPort)) inodes.add(row.inode);
    }
    this.#account.ownersAsked += this.#pending.size;
    this.#pending.clear();
    for (const { pid } of descendants(readProcessTable(), this.#roots())) {
      const found = findInodes(pid, inodes);
      if (typeof found !== 'string' && found.size > 0) this.#account.pids.add(pid);
    }
    this.#spentMs += performance.now() - startedAtMs;
  }
}

const MOST_LOOKS = 10;
/** Three processes with a connection each are many. */
const LEAST_LOOKS = 3;
const MOST_MS = 30;
