import type { Options } from '../options.js';
import { ownCpuMs } from '../proc/own.js';
import type { Settled } from '../sampler/settle.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import type { Census, Pace, Round } from '../verdict/evidence.js';
import { closedLate } from '../verdict/late.js';
import type { Driver } from './driver.js';
import type { Hold } from './hold.js';
import type { Observer } from './observer.js';
import { forgetTouchedMemory, privateMemory, touchedMemory } from './private-memory.js';
import { restBriefly, usesUp } from './rest.js';
import { type Portion, portionsOf } from './rounds.js';
import type { Audience } from './timeline.js';

/** The rounds of one trial: what was read at the end of each, and how fast it went. */
export class JudgedRounds {
  readonly rounds: Round[] = [];
  readonly pace: Pace[] = [];
  readonly #driver: Driver;
  readonly #observer: Observer;
  readonly #target: Target;
  readonly #afterRound: Audience['afterRound'];

  constructor(driver: Driver, observer: Observer, target: Target, afterRound?: Audience['afterRound']) {
    this.#driver = driver;
    this.#observer = observer;
    this.#target = target;
    this.#afterRound = afterRound;
  }

  /** The judged cycles, with a moment of rest, until the server has what is `usual`, behind each portion of them. */
  async make(
    options: Options,
    usual: Snapshot,
    hold: Hold,
    isLate: () => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    forgetTouchedMemory(this.#observer.before.processes, this.#target);
    for (const portion of portionsOf(options, options.rounds)) {
      if (this.#driver.isOver) break;
      await hold.askDuring(this.#makePortion(portion));
      await restBriefly(this.#observer, usual, signal);
      if (!portion.endsRound) continue;
      await hold.ask();
      this.add('cycles', undefined);
      await this.#afterRound?.(this.#driver.ledger.opened);
      if (isLate() || (await usesUp(this.#observer, usual, options.mostFds, signal))) break;
    }
  }

  add(phase: Round['phase'], counts: Census | undefined): void {
    this.rounds.push({
      phase,
      connections: this.#driver.ledger.opened,
      ...privateMemory(this.#observer.before.processes, this.#target),
      touchedBytes: touchedMemory(this.#observer.before.processes, this.#target),
      counts,
    });
  }

  /**
   * The last reading of the judged cycles, made again at rest. The others are no memory at rest where the server closed
   * late, and cannot be compared.
   */
  addAtRest(counts: Census, settled: Settled): void {
    if (this.rounds.at(-1)?.connections === this.#driver.ledger.opened) this.rounds.pop();
    if (settled.state === 'draining' || closedLate(settled)) {
      for (const [index, round] of this.rounds.entries())
        this.rounds[index] = { ...round, anonBytes: undefined };
    }
    this.add('cycles', counts);
  }

  async #makePortion(portion: Portion): Promise<void> {
    const { cycles } = this.#driver.tallies;
    const [completed, durationMs, cpuMs] = [cycles.completed, cycles.durationMs, ownCpuMs()];
    await this.#driver.makeJudged(portion);
    this.pace.push({
      cycles: cycles.completed - completed,
      durationMs: cycles.durationMs - durationMs,
      ownCpuMs: ownCpuMs() - cpuMs,
    });
  }
}
