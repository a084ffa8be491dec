import type { Options } from '../options.js';
import type { Target } from '../target/target.js';
import { BEHAVIOURS } from '../workload/behaviours/registry.js';
import { runCycles } from '../workload/cycles.js';
import { holding } from '../workload/holding.js';
import type { CyclePhase, Ledger } from '../workload/ledger.js';
import { Pacer } from '../workload/pacer.js';
import { emptyTally, type Tally } from '../workload/tally.js';
import type { Workload } from '../workload/workload.js';
import type { Observer } from './observer.js';

/** Makes the cycles of one trial, and keeps the books of them. */
export class Driver {
  readonly ledger: Ledger;
  readonly tallies: Readonly<Record<CyclePhase, Tally>> = {
    'warm-up': emptyTally(),
    cycles: emptyTally(),
    confirm: emptyTally(),
  };
  readonly #target: Target;
  readonly #options: Options;
  readonly #observer: Observer;
  readonly #signal: AbortSignal;
  readonly #pacer = new Pacer();

  constructor(target: Target, options: Options, ledger: Ledger, observer: Observer, signal: AbortSignal) {
    this.#target = target;
    this.#options = options;
    this.ledger = ledger;
    this.#observer = observer;
    this.#signal = signal;
  }

  /** Interrupted, or stopped by what the cycles met: no further ones are made. */
  get isOver(): boolean {
    return this.#signal.aborted || Object.values(this.tallies).some(({ stopped }) => stopped !== undefined);
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** One confirming cycle, which is not ended before `seen` has settled. */
  makeHeld(seen: (localPort: number) => Promise<void>): Promise<void> {
    return this.make('confirm', 1, { behaviour: holding(BEHAVIOURS[this.#options.client], seen) });
  }

  /** Never rejects: what becomes of the cycles stands in the tally of their phase. */
  make(phase: CyclePhase, count: number, different: Partial<Workload> = {}): Promise<void> {
    const { concurrency, timeoutMs, pauseMs, client } = this.#options;
    const work: Workload = {
      destination: this.#target.endpoint,
      behaviour: BEHAVIOURS[client],
      ...{ concurrency, timeoutMs, pauseMs },
      ledger: this.ledger,
      pacer: this.#pacer,
      queueLength: () => this.#observer.queueLength(),
      serverIsGone: () => this.#observer.serverIsGone(),
      signal: this.#signal,
      ...different,
    };
    return runCycles(work, phase, count, this.tallies[phase]);
  }
}
