import { setImmediate as nextTurn } from 'node:timers/promises';
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
