import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchOptions } from '../../options/watch.js';
import type { ListenCounters } from '../../proc/parse/netstat.js';
import { readListenCounters } from '../../proc/sockets.js';
import { withRss } from '../../sampler/snapshot.js';
import { type Ended, startCompanion } from '../../started/companion.js';
import type { World } from '../../started/world.js';
import type { Target } from '../../target/target.js';
import type { ConfirmingRound } from '../../verdict/confirmation.js';
import type { Census, Evidence, Round } from '../../verdict/evidence.js';
import { memoryOfTime, memoryWhileWatched, type RoundsOfTime, roundsOfTime } from '../../verdict/moments.js';
import type { WatchFacts } from '../../verdict/watched-load.js';
import { emptyTally, type Tally } from '../../workload/tally.js';
import { withNames } from '../names.js';
import { EVERYBODY, type Observation, Observer } from '../observer.js';
import { partOfServer } from '../parts.js';
import { privateMemory } from '../private-memory.js';
import { atRest, type LastRest, type Rest } from '../rest.js';
import type { Timeline } from '../timeline.js';
import type { Traffic } from '../trial.js';
import { AcceptedCount } from './accepted-count.js';
import { isOfLivingClient, Looks } from './looks.js';
import { type RestingServer, restWatched, restWatchedAgain } from './rest-in-use.js';
import { StageLog } from './stages.js';

/** Connections that others make: a program that was named, or whoever uses the server. Owns open files: the owner calls close(). */
export class LoadTraffic implements Traffic {
  readonly rootPids: readonly number[];
  readonly #target: Target;
  readonly #options: WatchOptions;
  readonly #around: LoadStarter;
  readonly #observer: Observer;
  readonly #looks: Looks;
  readonly #baseline: Observation;
  readonly #countersBefore: ListenCounters;
  readonly #settledRounds: Round[] = [];
  #rest: LastRest;
  #latest: Rest;
  readonly #count: AcceptedCount;
  readonly #stages: StageLog | undefined;
  #ofTime: RoundsOfTime | undefined;
  #ended: LoadEnd | undefined;
  #durationMs = 0;
  #runs = 0;
  #confirmingSinceMs: number | undefined;
  /** Others went on using the server when the load was over. */
  #isInUse = false;

  static async open(target: Target, options: WatchOptions, around: LoadStarter): Promise<LoadTraffic> {
    const observer = await Observer.open(target, EVERYBODY);
    const count = await AcceptedCount.open(target, observer.before);
    return new LoadTraffic(target, options, around, observer, count);
  }

  private constructor(
    target: Target,
    options: WatchOptions,
    around: LoadStarter,
    observer: Observer,
    count: AcceptedCount,
  ) {
    this.rootPids = observer.rootPids;
    this.#target = target;
    this.#options = options;
    this.#around = around;
    this.#observer = observer;
    this.#countersBefore = readListenCounters(target.network);
    this.#count = count;
    this.#looks = new Looks(observer, target, count);
    this.#stages = options.stage && new StageLog(options.stage, this.#looks);
    this.#looks.onLook = (...look) => this.#stages?.note(...look);
    this.#baseline = observer.look(false, observer.before);
    this.#rest = atRest(this.#baseline);
    this.#latest = this.#rest;
  }

  async close(): Promise<void> {
    this.#observer.close();
    await this.#count.close();
  }

  get connections(): number {
    return this.#count.inAll;
  }

  /** Whoever uses the server does so again or not, whatever is asked. */
  get isOver(): boolean {
    return this.#options.command === undefined || this.#around.signal.aborted;
  }

  get isServerAlive(): boolean {
    return !this.#observer.serverIsGone();
  }

  get cyclesDone(): number {
    return this.#count.told.accepted;
  }

  get progress(): Traffic['progress'] {
    const { durationMs } = this.#options;
    return { cycles: 0, durationMs, cyclesDone: this.cyclesDone, watching: true };
  }

  queueLength(): number | undefined {
    return this.#observer.queueLength();
  }

  async warmUp(): Promise<void> {}

  /** @throws ChurnError when the load cannot be started. */
  async make(timeline: Timeline): Promise<void> {
    timeline.enter('cycles');
    await this.#makeLoad();
    await this.#count.endLoad();
  }

  async settle(): Promise<void> {
    const rest = await restWatched(this.#resting(this.#baseline.census), this.#options.command === undefined);
    this.#rest = rest;
    this.#isInUse = rest.isInUse;
    this.#latest = { latest: rest.latest, settled: rest.queueSettled };
    await this.#count.rest(this.#latest.latest, 1);
    this.#settledRounds.push(this.#round('cycles'));
  }

  /** Memory alone is not worth another load: it is told by its bound. */
  wants({ suspects }: ConfirmingRound): boolean {
    return suspects.some(suspect => suspect !== 'memory');
  }

  /** Where it would take too long, the load's own time is asked. */
  hasTimeFor(): boolean {
    const nowMs = performance.now();
    this.#confirmingSinceMs ??= nowMs;
    return nowMs - this.#confirmingSinceMs + this.#durationMs <= this.#options.budgetMs;
  }

  /** Makes the same load again, whatever the round would be of our own cycles. */
  async makeAgain(): Promise<boolean> {
    await this.#makeLoad();
    this.#latest = await restWatchedAgain(this.#resting(this.#rest.latest.census), this.#isInUse);
    await this.#count.rest(this.#latest.latest, this.#runs);
    this.#settledRounds.push(this.#round('confirm'));
    return true;
  }

  /** Where the load was not made again, the moments of it are asked instead. */
  async conclude(): Promise<void> {
    if (this.#settledRounds.length > 1) return;
    const left = this.#options.command ? this.#latest.latest.census : undefined;
    this.#ofTime = roundsOfTime(this.#looks.evenMoments(this.#count.first), left);
  }

  async complete(evidence: Evidence): Promise<Evidence> {
    const after = await withRss(evidence.after);
    const before = await withRss(evidence.before);
    return withNames({ ...evidence, before, after }, this.#target.servedIn);
  }

  evidence(): ReturnType<Traffic['evidence']> {
    const { command, timeoutMs } = this.#options;
    const seen = partOfServer({
      ...{ target: this.#target, observer: this.#observer, baseline: this.#baseline },
      ...{ rest: this.#rest, latest: this.#latest, countersBefore: this.#countersBefore },
    });
    const ofTime = this.#ofTime;
    const judged = ofTime?.judged ?? this.#count.first.accepted;
    const isForgotten = seen.heldAtRest > 0;
    return {
      ...seen,
      // Those of living clients are in use; which one the others were of nobody knows.
      held: seen.held
        .filter(({ role }) => role !== 'other-client')
        .map(socket => ({ ...socket, connection: undefined })),
      baselineCounts: ofTime?.base ?? seen.baselineCounts,
      rounds: [...memoryOfTime(this.#looks.moments), ...(ofTime?.rounds ?? this.#settledRounds)],
      timeoutMs,
      warmup: emptyTally(),
      cycles: made(judged, this.#durationMs),
      confirm: made(ofTime?.confirmed ?? this.#count.inAll - judged, 0),
      connections: this.#count.inAll,
      judgedConnections: isForgotten ? this.#count.first.accepted : judged,
      warmupConnections: 0,
      watch: this.#facts(isForgotten),
      interrupted: command !== undefined && this.#around.signal.aborted,
    };
  }

  #facts(isForgotten: boolean): WatchFacts {
    const { command } = this.#options;
    const observedMs = this.#durationMs + (this.#isInUse ? this.#rest.settled.tookMs : 0);
    const restBytes = privateMemory(this.#observer.before.processes, this.#target).anonBytes;
    return {
      load: command && this.#ended && { command, ...this.#ended },
      ...{ runs: this.#runs, durationMs: this.#durationMs, ...this.#count.first },
      inUse: this.#rest.latest.held.filter(isOfLivingClient).length,
      memory: memoryWhileWatched(this.#looks.moments, restBytes),
      judgedMs: isForgotten ? observedMs : (this.#ofTime?.judgedMs ?? observedMs),
      stages: this.#stages?.facts(this.#observer.before, this.#latest.latest),
    };
  }

  #resting(usual: Census): RestingServer {
    const { settleMs, lateMs, timeoutMs, command } = this.#options;
    // With no command the first signal is how watching ends; settling is still to be done.
    const signal = command ? this.#around.signal : NOT_ENDED;
    return { observer: this.#observer, looks: this.#looks, usual, settleMs, lateMs, timeoutMs, signal };
  }

  async #makeLoad(): Promise<void> {
    const { ended, durationMs } = await makeLoad(this.#options, this.#looks, this.#around, this.#stages);
    if (this.#runs === 0) {
      this.#durationMs = durationMs;
      this.#ended = ended;
    }
    this.#runs += 1;
  }

  #round(phase: Round['phase']): Round {
    return {
      phase,
      connections: this.#count.inAll,
      ...{ anonBytes: undefined, heap: undefined },
      counts: this.#latest.latest.census,
    };
  }
}

/** All of them went well, as far as anybody knows. */
function made(connections: number, durationMs: number): Tally {
  return { ...emptyTally(), requested: connections, completed: connections, durationMs };
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
  stages: StageLog | undefined,
): Promise<{ readonly ended: LoadEnd | undefined; readonly durationMs: number }> {
  const startedAtMs = performance.now();
  const over = new AbortController();
  stages?.begin();
  const load =
    command && (await startCompanion(command, isQuiet, world, stages && (line => stages.hear(line))));
  const looking = [looks.until(over.signal), stages?.until(over.signal)];
  try {
    const limit = durationMs === undefined ? NEVER : sleep(durationMs, 'late', { signal: over.signal });
    const first = await Promise.race([
      ...(load ? [load.ended] : []),
      limit.catch(() => undefined),
      interruptionOf(signal, over.signal),
    ]);
    const tookMs = Math.round(performance.now() - startedAtMs);
    await load?.stop();
    stages?.end();
    const ended = load && { ...(await load.ended), stopped: first === 'late' };
    return { ended, durationMs: tookMs };
  } finally {
    over.abort();
    await Promise.all(looking);
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
