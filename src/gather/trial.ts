import type { Options } from '../options.js';
import type { ListenCounters } from '../proc/parse/netstat.js';
import { readListenCounters } from '../proc/sockets.js';
import { type Snapshot, withRss } from '../sampler/snapshot.js';
import type { Target } from '../target/target.js';
import type { ConfirmingRound, NextRound } from '../verdict/confirmation.js';
import type { Apart, Evidence } from '../verdict/evidence.js';
import { lateRestMs } from '../verdict/late.js';
import { Ledger } from '../workload/ledger.js';
import type { Latency } from '../workload/stopwatch.js';
import { growthAlone } from './apart.js';
import { Budget } from './budget.js';
import { collectEvidence } from './collect.js';
import { makeConfirmingRound, type Witnessed } from './confirming.js';
import { Driver } from './driver.js';
import { Hold } from './hold.js';
import { JudgedRounds } from './judged-rounds.js';
import { type Observation, Observer } from './observer.js';
import { withOwnDrops } from './own-drops.js';
import { atRest, type LastRest, type Rest, restAfterRound, restAtLast, restToCount } from './rest.js';
import type { Audience, Timeline } from './timeline.js';
import { timelineOf } from './timeline-of.js';
import { makeWarmUp } from './warm-up.js';

/** One server under test, from the first look to the evidence. Owns timers and files: the owner calls close(). */
export class Trial {
  readonly timeline: Timeline;
  readonly #target: Target;
  readonly #options: Options;
  readonly #audience: Audience;
  readonly #observer: Observer;
  readonly #driver: Driver;
  readonly #judged: JudgedRounds;
  readonly #countersBefore: ListenCounters;
  #beforeWithRss: Promise<Snapshot>;
  #baseline: Observation;
  #usual: Snapshot;
  readonly #hold: Hold;
  #rest: LastRest;
  /** The last look of all: the same, unless there were confirming rounds. */
  #latest: Rest;
  #apart: readonly Apart[] = [];
  readonly #confirming: ConfirmingRound[] = [];
  #budgetSpent = false;
  #witnessed: Witnessed = {};

  static async open(target: Target, options: Options, seed: number, audience: Audience): Promise<Trial> {
    const ledger = new Ledger();
    const observer = await Observer.open(target, ledger);
    const driver = await Driver.open(target, options, seed, ledger, observer, audience);
    return new Trial(target, options, audience, observer, driver);
  }

  private constructor(
    target: Target,
    options: Options,
    audience: Audience,
    observer: Observer,
    driver: Driver,
  ) {
    this.#target = target;
    this.#options = options;
    this.#audience = audience;
    this.#countersBefore = readListenCounters(target.network);
    this.#observer = observer;
    this.#driver = driver;
    this.#beforeWithRss = Promise.resolve(observer.before);
    this.#baseline = observer.look(false, observer.before);
    this.#usual = this.#baseline.snapshot;
    this.#judged = new JudgedRounds(driver, observer, target, audience.afterRound);
    this.#hold = new Hold(driver, observer, options);
    this.#rest = atRest(this.#baseline);
    this.#latest = this.#rest;
    const suspects = () => this.#confirming.at(-1)?.suspects ?? [];
    this.timeline = timelineOf(target, options, driver, observer, suspects, audience.onProgress);
  }

  close(): void {
    void this.#hold.end();
    this.timeline.close();
    this.#observer.close();
  }

  /** Resident memory is told, not judged: its reading, which starts a program, need not be waited for. */
  begin(): void {
    this.timeline.enter('before');
    this.#beforeWithRss = withRss(this.#observer.before);
  }

  /** Lets the server open what it opens once; what it forgets already here still counts, by its port. */
  async warmUp(): Promise<void> {
    const { warmup, mostMs } = this.#options;
    this.timeline.enter('warm-up');
    await makeWarmUp(this.#driver, warmup, mostMs);
    this.#baseline = await restToCount(this.#observer, this.#baseline.census, 0, this.#audience.signal);
    this.#usual = this.#baseline.snapshot;
  }

  /** The judged cycles, in rounds that each end in a moment of rest and a reading of memory. */
  async makeRounds(): Promise<void> {
    this.timeline.enter('cycles');
    const isLate = () => this.timeline.elapsedMs > (this.#options.mostMs ?? Infinity);
    await this.#judged.make(this.#options, this.#usual, this.#hold, isLate, this.#audience.signal);
  }

  /** Connects the silent clients of `--hold`, and asks whether anybody else is served. */
  async holdClients(): Promise<void> {
    if (this.#options.hold === 0 || this.#driver.isOver) return;
    this.timeline.enter('hold');
    this.#usual = (await this.#hold.begin(this.#baseline.snapshot)) ?? this.#usual;
  }

  /** Lets held clients go, waits until all is back or is known to be held, and looks once more at everything. */
  async settle(): Promise<void> {
    await this.#hold.end();
    this.timeline.enter('settle');
    const settleMs = this.#settleMs;
    const limits = { settleMs, drainMs: settleMs + this.#options.budgetMs };
    this.#rest = await restAtLast(this.#observer, this.#baseline.census, limits, this.#audience.signal);
    this.#latest = this.#rest;
    this.#judged.addAtRest(this.#rest.latest.census, this.#rest.settled);
  }

  /** Makes the rounds that the judge asks for, until it has what it needs, or the time is up. */
  async confirm(next: NextRound): Promise<void> {
    const budget = new Budget(this.#options.budgetMs, this.#target.roots);
    for (;;) {
      const round = this.#driver.isOver ? undefined : await next(this.#evidence());
      if (!round) break;
      if (!budget.hasTimeFor(this.#judged.rounds)) {
        this.#budgetSpent = true;
        break;
      }
      this.#confirming.push(round);
      this.timeline.enter('confirm');
      const witnessed = await makeConfirmingRound(round, this.#driver, this.#observer);
      this.#witnessed = { ...this.#witnessed, ...witnessed };
      await this.#restAgain();
      if (!round.manner) this.#judged.add('confirm', this.#latest.latest.census);
    }
  }

  /** Lets one client after the other be alone with the server, for as many cycles as the judge asks for. */
  async tellApart(cyclesFor: (evidence: Evidence) => number): Promise<void> {
    const cycles = this.#driver.isOver ? 0 : cyclesFor(this.#evidence());
    if (cycles === 0) return;
    const rest = () => this.#restAgain();
    this.#apart = await growthAlone(this.#driver, cycles, this.#latest.latest, rest);
  }

  async #restAgain(): Promise<Observation> {
    const { census } = this.#rest.latest;
    const [settleMs, lateMs] = [this.#settleMs, lateRestMs(this.#rest.settled)];
    this.#latest = await restAfterRound(this.#observer, census, settleMs, this.#audience.signal, lateMs);
    return this.#latest.latest;
  }

  /** An accept queue that has stood still for a whole deadline needs no second one. */
  get #settleMs(): number {
    return this.#driver.isOver ? Math.min(1_000, this.#options.settleMs) : this.#options.settleMs;
  }

  async evidence(): Promise<Evidence> {
    this.timeline.enter('after');
    const [before, after] = [await this.#beforeWithRss, await withRss(this.#rest.latest.snapshot)];
    return withOwnDrops(this.#target, { ...this.#evidence(), before, after });
  }

  latency(): Latency | undefined {
    return this.#driver.latency();
  }

  get isServerAlive(): boolean {
    return !this.#observer.serverIsGone();
  }

  #evidence(): Evidence {
    return collectEvidence({
      target: this.#target,
      options: this.#options,
      observer: this.#observer,
      driver: this.#driver,
      ...{ rounds: this.#judged.rounds, pace: this.#judged.pace },
      hold: this.#hold.facts(),
      ...{ apart: this.#apart, confirming: this.#confirming },
      before: this.#observer.before,
      baseline: this.#baseline,
      rest: this.#rest,
      ...{ latest: this.#latest.latest, queueSettled: this.#latest.settled },
      countersBefore: this.#countersBefore,
      budgetSpent: this.#budgetSpent,
      ...{ interrupted: this.#audience.signal.aborted, endingOf: this.#audience.endingOf },
      ...this.#witnessed,
    });
  }
}
