import { ownPid } from '../proc/process.js';
import { readRunQueueWaitMs } from '../proc/run-queue.js';
import type { Round } from '../verdict/evidence.js';
import { CONFIRMING_ROUNDS } from '../verdict/recurrence.js';

/**
 * The time for confirming. What this process or the server waited for a CPU that others had is not counted, up to twice
 * the budget: a busy machine must not turn an answer into "undecided".
 */
export class Budget {
  readonly #budgetMs: number;
  readonly #pids: readonly number[];
  readonly #startedAtMs = performance.now();
  readonly #waitedBeforeMs: number;

  constructor(budgetMs: number, server: ReadonlyArray<{ readonly pid: number }>) {
    this.#budgetMs = budgetMs;
    this.#pids = [ownPid(), ...server.map(({ pid }) => pid)];
    this.#waitedBeforeMs = this.#waitedMs();
  }

  /** The first confirming rounds are not cut short: without them there is no answer at all. */
  hasTimeFor(rounds: readonly Round[]): boolean {
    const wallMs = performance.now() - this.#startedAtMs;
    if (wallMs >= 3 * this.#budgetMs) return false;
    const confirming = rounds.filter(({ phase }) => phase === 'confirm').length;
    const waitedMs = this.#waitedMs() - this.#waitedBeforeMs;
    return wallMs - waitedMs < this.#budgetMs || confirming < CONFIRMING_ROUNDS;
  }

  #waitedMs(): number {
    return this.#pids.reduce((sum, pid) => sum + readRunQueueWaitMs(pid), 0);
  }
}
