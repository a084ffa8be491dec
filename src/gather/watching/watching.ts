import { readListenCounters } from '../../proc/sockets.js';
import { withRss } from '../../sampler/snapshot.js';
import type { Target } from '../../target/target.js';
import { nextConfirmingRound } from '../../verdict/confirmation.js';
import type { Evidence, Round } from '../../verdict/evidence.js';
import { type RoundsOfTime, roundsOfTime } from '../../verdict/moments.js';
import type { WatchOptions } from '../../watch-options.js';
import { EVERYBODY } from '../clients.js';
import type { Gauging } from '../gauging.js';
import { Observer } from '../observer.js';
import { atRest, type LastRest, type Rest, restAfterRound, restAtLast } from '../rest.js';
import { type Audience, Timeline } from '../timeline.js';
import { AcceptedCount } from './accepted-count.js';
import { collectWatched } from './collect.js';
import { Looks } from './looks.js';
import { type LoadEnd, type LoadStarter, makeLoad } from './make-load.js';
import { restInUse } from './rest-in-use.js';

/** One server that others use, from the first look to the evidence. Owns timers and files: the owner calls close(). */
export class Watching {
  readonly timeline: Timeline;
  readonly #target: Target;
  readonly #options: WatchOptions;
  readonly #around: Audience & LoadStarter;
  readonly #observer: Observer;
  readonly #looks: Looks;
  readonly #gauging: Gauging | undefined;
  readonly #baseline;
  readonly #countersBefore;
  readonly #settledRounds: Round[] = [];
  #rest: LastRest;
  #latest: Rest;
  readonly #count: AcceptedCount;
  #ofTime: RoundsOfTime | undefined;
  #ended: LoadEnd | undefined;
  #durationMs = 0;
  #runs = 0;
  #budgetSpent = false;

  static async open(
    target: Target,
    options: WatchOptions,
    gauging: Gauging | undefined,
    around: Audience & LoadStarter,
  ): Promise<Watching> {
    const observer = await Observer.open(target, EVERYBODY);
    const count = await AcceptedCount.open(target, observer.before);
    return new Watching(target, options, gauging, around, observer, count);
  }

  private constructor(
    target: Target,
    options: WatchOptions,
    gauging: Gauging | undefined,
    around: Audience & LoadStarter,
    observer: Observer,
    count: AcceptedCount,
  ) {
    this.#target = target;
    this.#options = options;
    this.#gauging = gauging;
    this.#around = around;
    this.#observer = observer;
    this.#countersBefore = readListenCounters(target.network);
    this.#count = count;
    this.#looks = new Looks(observer, target, count);
    this.#baseline = observer.look(false, observer.before);
    this.#rest = atRest(this.#baseline);
    this.#latest = this.#rest;
    this.timeline = new Timeline(
      target.roots.map(({ pid }) => pid),
      () => count.told.accepted,
      () => observer.queueLength(),
      ({ phase, atMs, fds }) =>
        around.onProgress({
          ...{ phase, fds, cycles: 0, durationMs: options.durationMs, suspects: [], elapsedMs: atMs },
          ...{ cyclesDone: count.told.accepted, watching: true },
        }),
    );
  }

  async close(): Promise<void> {
    this.timeline.close();
    this.#observer.close();
    await this.#count.close();
  }

  get isServerAlive(): boolean {
    return !this.#observer.serverIsGone();
  }

  /** @throws ChurnError when the load cannot be started. */
  async watch(): Promise<void> {
    await this.#gauging?.read('warm-up', 0);
    this.timeline.enter('cycles');
    await this.#makeLoad();
    await this.#count.endLoad();
  }

  /** Waits until all is back or is known to be held. */
  async settle(): Promise<void> {
    this.timeline.enter('settle');
    const { settleMs, command } = this.#options;
    // With no command the first signal is how watching ends; settling is still to be done.
    this.#rest = command
      ? await restAtLast(
          this.#observer,
          this.#baseline.census,
          { settleMs, drainMs: 2 * settleMs },
          this.#around.signal,
        )
      : await restInUse(this.#looks, settleMs);
    this.#latest = this.#rest;
    await this.#count.rest(this.#latest.latest, 1);
    this.#settledRounds.push(this.#round('cycles'));
    await this.#gauging?.rest(this.#count.inAll);
  }

  /** Makes the load again where growth has to recur; where that would take too long, its own time is asked. */
  async confirm(): Promise<void> {
    const { command, budgetMs, settleMs } = this.#options;
    const startedAtMs = performance.now();
    while (command && !this.#around.signal.aborted && this.#isInDoubt()) {
      if (performance.now() - startedAtMs + this.#durationMs > budgetMs) {
        this.#budgetSpent = true;
        break;
      }
      this.timeline.enter('confirm');
      await this.#makeLoad();
      const { census } = this.#rest.latest;
      this.#latest = await restAfterRound(this.#observer, census, settleMs, this.#around.signal);
      await this.#count.rest(this.#latest.latest, this.#runs);
      this.#settledRounds.push(this.#round('confirm'));
      await this.#gauging?.rest(this.#count.inAll);
    }
    if (this.#settledRounds.length > 1) return;
    this.#ofTime = roundsOfTime(
      this.#looks.evenMoments(this.#count.first),
      command ? this.#latest.latest.census : undefined,
    );
  }

  async evidence(): Promise<Evidence> {
    this.timeline.enter('after');
    const after = await withRss(this.#rest.latest.snapshot);
    return { ...this.#evidence(), before: await withRss(this.#observer.before), after };
  }

  async #makeLoad(): Promise<void> {
    const { ended, durationMs } = await makeLoad(this.#options, this.#looks, this.#around);
    if (this.#runs === 0) {
      this.#durationMs = durationMs;
      this.#ended = ended;
    }
    this.#runs += 1;
  }

  /** Memory alone is not worth another load: it is told by its bound. */
  #isInDoubt(): boolean {
    const round = nextConfirmingRound(this.#evidence());
    return round?.suspects.some(suspect => suspect !== 'memory') ?? false;
  }

  #round(phase: Round['phase']): Round {
    return {
      phase,
      connections: this.#count.inAll,
      ...{ anonBytes: undefined, heap: undefined },
      counts: this.#latest.latest.census,
    };
  }

  #evidence(): Evidence {
    const { command } = this.#options;
    const inUse = this.#rest.latest.held.filter(({ role }) => role === 'other-client').length;
    const evidence = collectWatched({
      target: this.#target,
      observer: this.#observer,
      looks: this.#looks,
      baseline: this.#baseline,
      rest: this.#rest,
      ...{ latest: this.#latest.latest, queueSettled: this.#latest.settled },
      accepted: this.#count.first.accepted,
      acceptedInAll: this.#count.inAll,
      settledRounds: this.#settledRounds,
      ofTime: this.#ofTime,
      facts: {
        load: command && this.#ended && { command, ...this.#ended },
        ...{ runs: this.#runs, durationMs: this.#durationMs, ...this.#count.first, inUse },
      },
      timeoutMs: this.#options.timeoutMs,
      countersBefore: this.#countersBefore,
      budgetSpent: this.#budgetSpent,
      interrupted: command !== undefined && this.#around.signal.aborted,
    });
    return { ...evidence, gauges: this.#gauging?.series() };
  }
}
