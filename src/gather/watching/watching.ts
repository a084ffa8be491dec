import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchOptions } from '../../options/watch.js';
import { readListenCounters } from '../../proc/sockets.js';
import { withRss } from '../../sampler/snapshot.js';
import { type Ended, startCompanion } from '../../started/companion.js';
import type { World } from '../../started/world.js';
import type { Target } from '../../target/target.js';
import { nextConfirmingRound } from '../../verdict/confirmation.js';
import type { Census, Evidence, Round } from '../../verdict/evidence.js';
import { type RoundsOfTime, roundsOfTime } from '../../verdict/moments.js';
import { EVERYBODY } from '../clients.js';
import type { Gauging } from '../gauging.js';
import { Observer } from '../observer.js';
import { privateMemory } from '../private-memory.js';
import { atRest, type LastRest, type Rest } from '../rest.js';
import { type RunHooks, Timeline } from '../timeline.js';
import { AcceptedCount } from './accepted-count.js';
import { collectWatched } from './collect.js';
import { isOfLivingClient } from './lives.js';
import { Looks } from './looks.js';
import { type RestingServer, restWatched, restWatchedAgain } from './rest-in-use.js';

/** One server that others use, from the first look to the evidence. Owns timers and files: the owner calls close(). */
export class Watching {
  readonly timeline: Timeline;
  readonly #target: Target;
  readonly #options: WatchOptions;
  readonly #around: RunHooks & LoadStarter;
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
  /** Others went on using the server when the load was over. */
  #isInUse = false;

  static async open(
    target: Target,
    options: WatchOptions,
    gauging: Gauging | undefined,
    around: RunHooks & LoadStarter,
  ): Promise<Watching> {
    const observer = await Observer.open(target, EVERYBODY);
    const count = await AcceptedCount.open(target, observer.before);
    return new Watching(target, options, gauging, around, observer, count);
  }

  private constructor(
    target: Target,
    options: WatchOptions,
    gauging: Gauging | undefined,
    around: RunHooks & LoadStarter,
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
    const rest = await restWatched(this.#resting(this.#baseline.census), this.#options.command === undefined);
    this.#rest = rest;
    this.#isInUse = rest.isInUse;
    this.#latest = { latest: rest.latest, settled: rest.queueSettled };
    await this.#count.rest(this.#latest.latest, 1);
    this.#settledRounds.push(this.#round('cycles'));
    await this.#gauging?.rest(this.#count.inAll);
  }

  /** Makes the load again where growth has to recur; where that would take too long, its own time is asked. */
  async confirm(): Promise<void> {
    const { command, budgetMs } = this.#options;
    const startedAtMs = performance.now();
    while (command && !this.#around.signal.aborted && this.#isInDoubt()) {
      if (performance.now() - startedAtMs + this.#durationMs > budgetMs) {
        this.#budgetSpent = true;
        break;
      }
      this.timeline.enter('confirm');
      await this.#makeLoad();
      this.#latest = await restWatchedAgain(this.#resting(this.#rest.latest.census), this.#isInUse);
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

  #resting(usual: Census): RestingServer {
    const { settleMs, lateMs, timeoutMs, command } = this.#options;
    // With no command the first signal is how watching ends; settling is still to be done.
    const signal = command ? this.#around.signal : NOT_ENDED;
    return { observer: this.#observer, looks: this.#looks, usual, settleMs, lateMs, timeoutMs, signal };
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
    const inUse = this.#rest.latest.held.filter(isOfLivingClient).length;
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
        observedMs: this.#durationMs + (this.#isInUse ? this.#rest.settled.tookMs : 0),
      },
      restBytes: privateMemory(this.#observer.before.processes, this.#target).anonBytes,
      timeoutMs: this.#options.timeoutMs,
      countersBefore: this.#countersBefore,
      budgetSpent: this.#budgetSpent,
      interrupted: command !== undefined && this.#around.signal.aborted,
    });
    return { ...evidence, gauges: this.#gauging?.series() };
  }
}

const NOT_ENDED = new AbortController().signal;

/** What it takes to start a load. */
interface LoadStarter {
  readonly signal: AbortSignal;
  readonly world: World;
  /** What it prints is not shown. */
  readonly isQuiet: boolean;
}

/** How a load has ended. `stopped`: because the time was up. */
type LoadEnd = Ended & { readonly stopped: boolean };

/**
 * Looks at the server while a load runs, or for as long as was asked, or until the signal. What the load may have left
 * running ends with it: nobody of it talks to the server any more.
 *
 * @throws ChurnError when it cannot be started.
 */
async function makeLoad(
  { command, durationMs }: Pick<WatchOptions, 'command' | 'durationMs'>,
  looks: Looks,
  { signal, world, isQuiet }: LoadStarter,
): Promise<{ readonly ended: LoadEnd | undefined; readonly durationMs: number }> {
  const startedAtMs = performance.now();
  const over = new AbortController();
  const load = command && (await startCompanion(command, isQuiet, world));
  const looking = looks.until(over.signal);
  try {
    const limit = durationMs === undefined ? NEVER : sleep(durationMs, 'late', { signal: over.signal });
    const first = await Promise.race([
      ...(load ? [load.ended] : []),
      limit.catch(() => undefined),
      interruptionOf(signal, over.signal),
    ]);
    const tookMs = Math.round(performance.now() - startedAtMs);
    await load?.stop();
    const ended = load && { ...(await load.ended), stopped: first === 'late' };
    return { ended, durationMs: tookMs };
  } finally {
    over.abort();
    await looking;
  }
}

/** Resolves when `signal` is aborted; its listener goes with `over`. */
function interruptionOf(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}

const NEVER = new Promise<never>(() => undefined);
