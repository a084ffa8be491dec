import { type Cycle, DEADLINE, fail } from './cycle.js';

/** Ends the cycles whose time is up. */
export class Deadlines {
  #checkedAtMs: number;
  readonly #stepMs: number;

  /** `stepMs`: how often `check` is going to be called. */
  constructor(nowMs: number, stepMs: number) {
    this.#checkedAtMs = nowMs;
    this.#stepMs = stepMs;
  }

  /** A deadline that passed while this process itself stood still is moved on by as long as that took. */
  check(cycles: Iterable<Cycle>, nowMs: number): void {
    const ownStallMs = nowMs - this.#checkedAtMs - 2 * this.#stepMs;
    this.#checkedAtMs = nowMs;
    for (const cycle of cycles) {
      if (ownStallMs > 0) cycle.dueAtMs += ownStallMs;
      if (cycle.dueAtMs > nowMs) continue;
      if (cycle.onDeadline) cycle.onDeadline();
      else fail(cycle, DEADLINE);
    }
  }
}
