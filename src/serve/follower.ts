import type { ServeOptions } from '../serve-options.js';
import type { ClientEvidence } from '../verdict/client/evidence.js';
import type { Account } from './account.js';
import type { Book, OpenNow } from './book.js';
import { type ClientLook, ClientWatch } from './client-watch.js';
import type { Tables } from './tables.js';

/** Follows one client over time: the book's side of it, and its own. */
export class Follower {
  readonly account: Account;
  readonly #book: Book;
  readonly #watch: ClientWatch | undefined;
  #peakIdle = 0;
  #peakIdleOnOnePort = 0;
  #peakOverdue = 0;
  #longestOwedMs = 0;
  pids: readonly number[] = [];

  constructor(
    account: Account,
    book: Book,
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
    const client = await this.#watch?.look(atMs, now.open);
    if (client) {
      this.pids = client.pids;
      for (const visit of this.#book.visits) {
        const owner = client.owners.get(visit.remotePort);
        if (owner !== undefined) this.account.pids.add(owner);
      }
    }
    this.#peakIdle = Math.max(this.#peakIdle, now.idle);
    this.#peakIdleOnOnePort = Math.max(this.#peakIdleOnOnePort, now.mostIdleOnOnePort);
    this.#peakOverdue = Math.max(this.#peakOverdue, now.overdue);
    this.#longestOwedMs = Math.max(this.#longestOwedMs, now.longestBusyMs);
    return { now, client };
  }

  evidence({ protocol, limits, keepAlive }: ServeOptions): ClientEvidence {
    const { account } = this;
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
      afterClose: account.afterClose,
      peakBusy: account.peakBusy,
      peakOpen: account.peakOpen,
      longestIdleMs: account.longestIdleMs,
      peakIdle: this.#peakIdle,
      peakIdleAtOnce: account.peakIdleAtOnce,
      peakIdleOnOnePort: this.#peakIdleOnOnePort,
      peakOverdue: this.#peakOverdue,
      longestOwedMs: this.#longestOwedMs,
      owners: account.pids.size,
      ownersAsked: account.ownersAsked,
      held: this.#watch?.held(),
    };
  }
}

/** What has been idle for so long is not about to be closed or used. */
const SETTLED_MS = 250;
