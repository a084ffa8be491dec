import type { Workload } from './workload.js';

/** When the cycles of one batch may begin: at their time, and not after the end. */
export class BatchSchedule {
  readonly #work: Workload;
  readonly #endsAtMs: number;
  readonly #again: () => void;
  #timer: NodeJS.Timeout | undefined;
  #waits = false;
  #isLate = false;

  /** `again` is called when the next cycle is due, or the time is up. */
  constructor(work: Workload, nowMs: number, again: () => void) {
    this.#work = work;
    this.#endsAtMs = nowMs + (work.forMs ?? Number.POSITIVE_INFINITY);
    this.#again = again;
    work.loadClock?.play(nowMs);
  }

  get isOver(): boolean {
    this.#isLate ||= this.#work.isLate?.() ?? false;
    return this.#isLate || (this.#work.forMs !== undefined && performance.now() >= this.#endsAtMs);
  }

  clients(): number {
    const { loadClock, concurrency } = this.#work;
    return loadClock?.clients(performance.now()) ?? concurrency;
  }

  isDue(): boolean {
    const { loadClock } = this.#work;
    if (!loadClock) return true;
    const now = performance.now();
    const waitMs = loadClock.untilNextMs(now);
    if (waitMs <= 0) return true;
    if (!this.#waits)
      this.#wait(Math.min(waitMs, this.#endsAtMs - now), loadClock.profile.ratePerSecond ?? 0);
    return false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#work.loadClock?.pause(performance.now());
  }

  /** Node's timers are late by up to a millisecond: the rest of a wait is spent in looking at the clock. */
  #wait(ms: number, ratePerSecond: number): void {
    this.#waits = true;
    const again = () => {
      this.#waits = false;
      this.#again();
    };
    if (ms < 1 && ratePerSecond <= MAX_EXACT_RATE) setImmediate(again);
    else this.#timer = setTimeout(again, Math.max(1, Math.min(MAX_WAIT_MS, Math.floor(ms))));
  }
}

/** Cycles per second; above that they begin in bunches, a millisecond apart. */
const MAX_EXACT_RATE = 500;
/** An interrupt must not wait for a cycle that is due in a minute. */
const MAX_WAIT_MS = 50;
