import { takeSnapshot } from '../../sampler/snapshot.js';
import { HoldingClients } from '../../workload/holding-clients.js';
import type { Driver } from '../driver.js';
import type { Observer } from '../observer.js';

interface Filling {
  readonly openFiles: number;
  readonly most: number;
  readonly signal: AbortSignal;
}

/** How far a server was filled. */
interface Filled {
  readonly fullestFds: number;
  readonly reached: boolean;
}

/** Silent clients that come in portions, so that it is seen after each how full the server is. */
export class Crowd {
  readonly #portions: HoldingClients[] = [];

  /** Connected now, whether they were accepted or not. */
  get count(): number {
    return this.#portions.reduce((sum, { count }) => sum + count, 0);
  }

  /** Until no more are accepted, or more of them do not fill it: one that gives each a process, or keeps to a number. */
  async fill(driver: Driver, observer: Observer, { openFiles, most, signal }: Filling): Promise<Filled> {
    let fullestFds = fullest(observer);
    let all = countAll(observer);
    for (let asked = 0; asked < most && !signal.aborted && !observer.serverIsGone(); ) {
      const portion = Math.min(most - asked, Math.max(LEAST_PORTION, openFiles - fullestFds));
      const clients = new HoldingClients();
      this.#portions.push(clients);
      await driver.connectHeld(clients, Math.min(portion, MOST_PORTION));
      asked += Math.min(portion, MOST_PORTION);
      const now = countAll(observer);
      fullestFds = Math.max(fullestFds, fullest(observer));
      if (clients.tally.stopped !== undefined || now <= all) break;
      all = now;
    }
    return { fullestFds, reached: fullestFds >= openFiles - SPARE };
  }

  /** Resolves when the last one is closed. */
  async letGo(): Promise<void> {
    await Promise.all(this.#portions.splice(0).map(clients => clients.letGo('fin')));
  }
}

function fullest(observer: Observer): number {
  return Math.max(0, ...counts(observer));
}

/** Of processes that were there before: each child of a server that forks is fuller than none. */
function countAll(observer: Observer): number {
  return counts(observer).reduce((sum, count) => sum + count, 0);
}

function counts(observer: Observer): number[] {
  const known = new Set(observer.before.processes.map(({ pid }) => pid));
  const { processes } = takeSnapshot(observer.rootPids, performance.now());
  return processes.filter(({ pid }) => known.has(pid)).map(({ fds }) => fds.length);
}

const LEAST_PORTION = 16;
const MOST_PORTION = 256;
/** A descriptor or two may be spare at the limit. */
const SPARE = 2;
