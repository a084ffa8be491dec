import { Worker } from 'node:worker_threads';
import type { SocketRow } from '../proc/parse/socket-table.js';

/** Which sockets are looked for: by inode, or by the port at their end. */
export interface Asked {
  readonly inodes: readonly number[];
  readonly localPorts: readonly number[];
  /** Whether a process is to be found for each of them. */
  readonly wantsOwners?: boolean;
}

export interface SocketsFound {
  /** Those that the tables of TCP have, but for TIME_WAIT. */
  readonly rows: readonly SocketRow[];
  /** Inodes that another table has: they are no sockets of TCP. */
  readonly others: readonly number[];
  /** By inode: a process that has it. */
  readonly owners: ReadonlyArray<readonly [inode: number, pid: number]>;
}

/** Reads the kernel's tables of sockets beside whatever else this process does. The owner calls close(). */
export class Tables {
  // The same from this folder and from the bundle's.
  readonly #worker = new Worker(new URL('../serve/table-worker.js', import.meta.url), {
    // All that it makes is garbage soon, and V8 would answer with a nursery of 48 MiB.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  readonly #waiting: Array<(told: SocketsFound) => void> = [];

  constructor() {
    this.#worker.on('message', (told: SocketsFound) => this.#waiting.shift()?.(told));
    this.#worker.unref();
  }

  /** Answers come in the order of the questions. */
  look(asked: Asked): Promise<SocketsFound> {
    return new Promise(resolve => {
      this.#waiting.push(resolve);
      this.#worker.postMessage(asked);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
