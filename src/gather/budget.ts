import { readRunQueueWaitMs } from '../proc/cpu-time.js';
import { ownPid } from '../proc/process.js';
import type { Round } from '../verdict/evidence.js';
import { CONFIRMING_ROUNDS } from '../verdict/recurrence.js';
import type { Tally } from '../workload/tally.js';

/**
 * Time that a run may take. What this process or the server waited for a CPU that others had is not counted, up to twice
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

  /** 0 or less: it is spent. It may rise by what both processes waited at the same time. */
  leftMs(): number {
    const wallMs = performance.now() - this.#startedAtMs;
    const waitedMs = this.#waitedMs() - this.#waitedBeforeMs;
    return this.#budgetMs - Math.max(wallMs - waitedMs, wallMs / PATIENCE);
  }

  /** The first confirming rounds are not cut short: without them there is no answer at all. */
  hasTimeFor(rounds: readonly Round[]): boolean {
    const wallMs = performance.now() - this.#startedAtMs;
    const confirming = rounds.filter(({ phase }) => phase === 'confirm').length;
    return this.leftMs() > 0 || (confirming < CONFIRMING_ROUNDS && wallMs < PATIENCE * this.#budgetMs);
  }

  /** Whether so many cycles are over before the first rounds are cut short as well, at the pace of those that were made. */
  canPayFor(cycles: number, { completed, durationMs }: Pick<Tally, 'completed' | 'durationMs'>): boolean {
    return cycles * durationMs <= this.longestMs * completed;
  }

  /** What the rounds that are not cut short may take by the clock. */
  get longestMs(): number {
    return Math.max(PATIENCE * this.#budgetMs, LEAST_LONGEST_MS);
  }

  #waitedMs(): number {
    return this.#pids.reduce((sum, pid) => sum + readRunQueueWaitMs(pid), 0);
  }
}

/** So many times the budget may pass by the clock. */
const PATIENCE = 3;
/** Those who have a small budget, as a row of a thorough run, get a round that is begun to its end. */
const LEAST_LONGEST_MS = 30_000;
