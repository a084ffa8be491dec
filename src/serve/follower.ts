import type { ServeOptions } from '../serve-options.js';
import type { ClientEvidence } from '../verdict/client/evidence.js';
import type { Account } from './account.js';
import type { Book, OpenNow } from './book.js';
import { type ClientLook, ClientWatch } from './client-watch.js';
import { SETTLED_MS } from './idle-peaks.js';
import type { Tables } from './tables.js';

/** Follows one client over time: the book's side of it, and its own. */
export class Follower {
  readonly account: Account;
  readonly #book: Book;
  readonly #watch: ClientWatch | undefined;
  #peaks = NONE;
  /** Without those of which it was not known yet whose they were. */
  #surePeaks = NONE;
  #leftToItWhenLooked = 0;
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
    const leftToIt = this.#leftToIt;
    const client = await this.#watch?.look(atMs, now.open);
    if (client) {
      this.#leftToItWhenLooked = leftToIt;
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
      peakOverdue: peaks.overdue,
      longestOwedMs: peaks.longestBusyMs,
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
