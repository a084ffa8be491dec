import { ownPid } from '../proc/process.js';
import { readRunQueueWaitMs } from '../proc/run-queue.js';

/**
 * The time for confirming. What this process or the server waited for a CPU that others had is not counted, up to twice
 * the budget: a busy machine must not turn an answer into "undecided".
 */
export class Budget {
  readonly #budgetMs: number;
  readonly #pids: readonly number[];
  readonly #startedAtMs = performance.now();
  readonly #waitedBeforeMs: number;

  constructor(budgetMs: number, serverPids: readonly number[]) {
    this.#budgetMs = budgetMs;
    this.#pids = [ownPid(), ...serverPids];
    this.#waitedBeforeMs = this.#waitedMs();
  }

  get isSpent(): boolean {
    const wallMs = performance.now() - this.#startedAtMs;
    return wallMs - (this.#waitedMs() - this.#waitedBeforeMs) >= this.#budgetMs || this.isOverdrawn;
  }

  /** Three times the budget has passed, whatever the reason. */
  get isOverdrawn(): boolean {
    return performance.now() - this.#startedAtMs >= 3 * this.#budgetMs;
  }

  #waitedMs(): number {
    return this.#pids.reduce((sum, pid) => sum + readRunQueueWaitMs(pid), 0);
  }
}
