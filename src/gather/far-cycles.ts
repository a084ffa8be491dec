import type { Options } from '../options/run.js';
import type { Target } from '../target/target.js';
import { Ledger } from '../workload/ledger.js';
import type { Pacer } from '../workload/pacer.js';
import type { Latency } from '../workload/stopwatch.js';
import { Budget } from './budget.js';
import { CycleWorkers } from './cycle-workers.js';
import { Driver, portionsOf } from './driver.js';
import { partOfCycles, partOutOfSight } from './parts.js';
import type { RunHooks, Timeline } from './timeline.js';
import type { Traffic } from './trial.js';

/** Cycles of our own against a server that cannot be looked into, and what it says of itself. */
export class FarCyclesTraffic implements Traffic {
  readonly rootPids = [];
  readonly isServerAlive = true;
  readonly #target: Target;
  readonly #options: Options;
  readonly #signal: AbortSignal;
  readonly #driver: Driver;
  readonly #prober: readonly Driver[];
  #budget: Budget | undefined;
  #roundsMade = 0;
  #isServing = false;

  static async open(
    target: Target,
    options: Options,
    seed: number,
    hooks: RunHooks,
  ): Promise<FarCyclesTraffic> {
    const ledger = new Ledger(options.sources);
    const open = (different: Partial<Options>, startWorkers?: (pacer: Pacer) => CycleWorkers | undefined) =>
      Driver.open(target, { ...options, ...different }, seed, ledger, UNSEEN, hooks, startWorkers);
    const probing = { timeoutMs: Math.min(options.timeoutMs, MAX_PROBE_MS), concurrency: 1 };
    const prober = [
      await open({ ...probing, clients: ['half'] }),
      await open({ ...probing, clients: ['reply'] }),
    ];
    const driver = await open({}, pacer =>
      options.workers > 1 ? new CycleWorkers(target, options, seed, { ledger, pacer }) : undefined,
    );
    return new FarCyclesTraffic(target, options, hooks.signal, driver, prober);
  }

  private constructor(
    target: Target,
    options: Options,
    signal: AbortSignal,
    driver: Driver,
    prober: readonly Driver[],
  ) {
    this.#target = target;
    this.#options = options;
    this.#signal = signal;
    this.#driver = driver;
    this.#prober = prober;
  }

  close(): void {
    this.#driver.close();
  }

  get connections(): number {
    return this.#driver.ledger.opened;
  }

  get isOver(): boolean {
    return this.#driver.isOver;
  }

  get cyclesDone(): number {
    return this.#driver.tallies.cycles.completed;
  }

  get progress(): Traffic['progress'] {
    const { cycles, durationMs } = this.#options;
    return { cycles, durationMs, cyclesDone: this.cyclesDone };
  }

  queueLength(): undefined {
    return undefined;
  }

  async warmUp(timeline: Timeline): Promise<void> {
    timeline.enter('warm-up');
    await this.#driver.make('warm-up', this.#options.warmup);
  }

  async make(timeline: Timeline, afterRound: () => Promise<void>): Promise<void> {
    timeline.enter('cycles');
    for (const portion of portionsOf(this.#options, this.#options.rounds)) {
      if (this.#driver.isOver || this.#driver.isCutShort) break;
      await this.#driver.makeJudged(portion);
      if (portion.endsRound) await afterRound();
    }
  }

  /** connect() proves nothing: somebody has to close or to answer. */
  async settle(): Promise<void> {
    const tallies = Object.values(this.#driver.tallies);
    this.#isServing = tallies.some(({ closedByServer, answered }) => closedByServer > 0 || answered > 0);
    for (const prober of this.#prober) {
      if (this.#isServing || this.#signal.aborted) break;
      await prober.make('cycles', 1);
      const { completed, unclosed, answered, closedByServer } = prober.tallies.cycles;
      this.#isServing = (completed > 0 && unclosed === 0) || answered > 0 || closedByServer > 0;
    }
  }

  wants(): boolean {
    return this.#options.budgetMs > 0;
  }

  hasTimeFor({ cycles }: { readonly cycles: number }): boolean {
    this.#budget ??= new Budget(this.#options.budgetMs, []);
    const isPaced = this.#options.ratePerSecond !== undefined;
    if (!isPaced && !this.#budget.canPayFor(cycles, this.#driver.tallies.cycles)) return false;
    return this.#roundsMade < MIN_ROUNDS || this.#budget.hasTimeFor([]);
  }

  async makeAgain({ cycles }: { readonly cycles: number }): Promise<boolean> {
    this.#roundsMade += 1;
    await this.#driver.make('confirm', cycles);
    return true;
  }

  async conclude(): Promise<void> {}

  evidence(): ReturnType<Traffic['evidence']> {
    return {
      ...partOutOfSight(this.#target),
      ...partOfCycles(this.#options, this.#driver, {}),
      far: { isServing: this.#isServing },
      rounds: [],
      interrupted: this.#signal.aborted,
    };
  }

  latency(): Latency | undefined {
    return this.#driver.latency();
  }
}

const UNSEEN = { queueLength: () => undefined, serverIsGone: () => false };
/** Two seconds are what a client waits for a server that does not close its side. */
const MAX_PROBE_MS = 3_000;
const MIN_ROUNDS = 3;
