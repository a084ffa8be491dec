import { type CycleTime, isTimeUp, type Load } from '../options/load.js';
import type { Options } from '../options/run.js';
import { ownCpuMs } from '../proc/host.js';
import type { Target } from '../target/target.js';
import { type Behaviours, behaviourOf, prepareBehaviours } from '../workload/behaviours.js';
import { type ClientName, FACTS } from '../workload/client-names.js';
import type { Behaviour } from '../workload/cycle-context.js';
import { runCycles } from '../workload/cycles.js';
import type { Histograms } from '../workload/histogram.js';
import { delayedBy, type HoldingClients, holding } from '../workload/holding-clients.js';
import type { CyclePhase, Ledger } from '../workload/ledger.js';
import { LoadClock } from '../workload/load-clock.js';
import { Pacer } from '../workload/pacer.js';
import { Patience } from '../workload/patience.js';
import type { Latency } from '../workload/stopwatch.js';
import { emptyTally, type Tally } from '../workload/tally.js';
import { untilAccepted } from '../workload/until-accepted.js';
import { ClientMix, type Workload } from '../workload/workload.js';
import type { CycleWorkers } from './cycle-workers.js';
import type { Observer } from './observer.js';
import { sourcesFor } from './sources.js';
import type { RunHooks } from './timeline.js';

/** Phases whose cycles are judged by whether they succeed. */
type TalliedPhase = Exclude<CyclePhase, 'hold' | 'probe'>;

/** Makes the cycles of one trial, and keeps the books of them. */
export class Driver {
  readonly ledger: Ledger;
  readonly cast: ClientMix;
  readonly tallies: Readonly<Record<TalliedPhase, Tally>> = {
    'warm-up': emptyTally(),
    cycles: emptyTally(),
    confirm: emptyTally(),
  };
  readonly #work: Workload;
  readonly #signal: AbortSignal;
  readonly #shape: LoadTiming;
  readonly #probing: Probing;
  readonly #onJudged: RunHooks['onJudged'];
  /** Threads that make the cycles; undefined: this one does. */
  readonly #workers: CycleWorkers | undefined;
  /** Connections that may be made in all. */
  readonly #atMost: number;
  readonly #cycleTime: CycleTime | undefined;
  /** Cycles to warm up, and to judge. */
  readonly #wanted: number;
  readonly #openedAtMs = performance.now();
  #confirmingEndsAtMs = Number.POSITIVE_INFINITY;
  #isCutShort = false;
  #probesUnderWay = 0;

  static async open(
    target: Pick<Target, 'endpoint'>,
    options: Options,
    seed: number,
    ledger: Ledger,
    observer: Pick<Observer, 'queueLength' | 'serverIsGone'>,
    { signal, onJudged }: Pick<RunHooks, 'signal' | 'onJudged'>,
    startWorkers?: (pacer: Pacer) => CycleWorkers | undefined,
  ): Promise<Driver> {
    // A probe beside silent clients asks, whatever the others do.
    const names = options.hold > 0 ? new Set([...options.clients, 'reply' as const]) : options.clients;
    const behaviours = await prepareBehaviours([...names], options.script);
    const cast = new ClientMix(options.clients, seed);
    const { concurrency, timeoutMs, pauseMs, script, sources } = options;
    const pacer = new Pacer();
    const work = {
      destination: target.endpoint,
      sources: sourcesFor(target.endpoint, sources),
      behaviourOf: behaviourOf(cast, behaviours),
      ...{ concurrency, timeoutMs, pauseMs, script, ledger, signal },
      pacer,
      patience: new Patience(timeoutMs),
      queueLength: () => observer.queueLength(),
      serverIsGone: () => observer.serverIsGone(),
    };
    const shape = await shapeOf(options);
    const probing = probingOf(options, behaviours, observer);
    return new Driver(cast, work, shape, probing, onJudged, options, startWorkers?.(pacer));
  }

  private constructor(
    cast: ClientMix,
    work: Omit<Workload, 'aside'>,
    shape: LoadTiming,
    probing: Probing,
    onJudged: RunHooks['onJudged'],
    { atMost, cycleTime, warmup, cycles }: Options,
    workers: CycleWorkers | undefined,
  ) {
    this.#onJudged = onJudged;
    this.#workers = workers;
    this.#atMost = atMost?.connections ?? Infinity;
    this.#cycleTime = cycleTime;
    this.#wanted = warmup + cycles;
    this.#shape = shape;
    this.#probing = probing;
    this.cast = cast;
    this.ledger = work.ledger;
    this.#work = { ...work, aside: () => this.#probesUnderWay };
    this.#signal = work.signal;
  }

  /** Interrupted, or stopped by what the cycles met: no further ones are made. */
  get isOver(): boolean {
    return this.#signal.aborted || Object.values(this.tallies).some(({ stopped }) => stopped !== undefined);
  }

  /** Connections that may still be made, where somebody has said how many at most. */
  get left(): number {
    return Math.max(0, this.#atMost - this.ledger.opened);
  }

  get timeoutMs(): number {
    return this.#work.timeoutMs;
  }

  /** One cycle of the warm-up, whose client does nothing and reads nothing before `seen` has settled. */
  makeSilent(seen: (localPort: number) => Promise<void>): Promise<void> {
    const { behaviourOf } = this.#work;
    return this.make('warm-up', 1, {
      behaviourOf: connection => delayedBy(behaviourOf(connection), seen),
    });
  }

  /** One confirming cycle, which is not ended before `seen` has settled. */
  makeHeld(seen: (localPort: number) => Promise<void>): Promise<void> {
    const { behaviourOf } = this.#work;
    return this.make('confirm', 1, {
      behaviourOf: connection => holding(behaviourOf(connection), seen),
    });
  }

  /** Fewer judged cycles were made than were asked for, because the server is so slow. */
  get isCutShort(): boolean {
    return this.#isCutShort;
  }

  /** From now on so much time is left for confirming cycles. */
  endConfirmingIn(ms: number): void {
    this.#confirmingEndsAtMs = performance.now() + ms;
  }

  get isConfirmingOver(): boolean {
    return this.#isLate('confirm');
  }

  /** Never rejects: what becomes of the cycles stands in the tally of their phase. */
  make(phase: TalliedPhase, count: number, different: Partial<Workload> = {}): Promise<void> {
    const allowed = Math.min(count, this.left);
    if (allowed === 0) return Promise.resolve();
    const isLate = () => this.#isLate(phase);
    const work = { ...this.#work, isLate, ...different };
    if (this.#workers && !different.behaviourOf) return this.#makeShared(this.#workers, work, phase, allowed);
    return runCycles(work, phase, allowed, this.tallies[phase]);
  }

  async #makeShared(
    workers: CycleWorkers,
    work: Omit<Workload, 'aside'>,
    phase: TalliedPhase,
    count: number,
  ): Promise<void> {
    const { loadClock, forMs, ledger, queueLength, serverIsGone, signal, isLate = () => false } = work;
    const tally = this.tallies[phase];
    ledger.enter(phase);
    const order = { phase, count, forMs, isTimed: loadClock !== undefined };
    const times = phase === 'cycles' ? this.#shape.stopwatch : undefined;
    await workers.make(order, { isLate, serverIsGone, signal }, tally, times);
    const queued = queueLength();
    if (queued === undefined) return;
    tally.acceptedAtLeast = Math.max(tally.acceptedAtLeast, ledger.opened - tally.failed - queued);
  }

  /** CPU time that whoever makes the cycles has had: one thread, or the mean of several. */
  get cpuMs(): number {
    return this.#workers?.cpuMs ?? ownCpuMs();
  }

  /** No probe can be told apart beside the cycles of other threads. */
  get isShared(): boolean {
    return this.#workers !== undefined;
  }

  close(): void {
    void this.#workers?.close();
  }

  /** The cycles before the judged ones get half of the time. */
  #isLate(phase: TalliedPhase): boolean {
    const nowMs = performance.now();
    if (phase === 'confirm') return nowMs >= this.#confirmingEndsAtMs;
    if (!this.#cycleTime) return false;
    const { leastMs, wholeMs } = this.#cycleTime;
    const time = phase === 'warm-up' ? { leastMs: leastMs / 2, wholeMs } : this.#cycleTime;
    const elapsedMs = nowMs - this.#openedAtMs;
    const isLate = isTimeUp(time, { elapsedMs, made: this.ledger.opened, wanted: this.#wanted });
    if (phase === 'cycles') this.#isCutShort ||= isLate && this.ledger.opened < this.#wanted;
    return isLate;
  }

  /** Judged cycles, in the shape that the load is to have. */
  makeJudged({ count, forMs }: Portion): Promise<void> {
    const { loadClock, stopwatch } = this.#shape;
    const onJudged = this.#onJudged;
    const { behaviourOf } = this.#work;
    const delayed = onJudged && {
      behaviourOf: (connection: number) => delayedBy(behaviourOf(connection), onJudged),
    };
    return this.make('cycles', count, { loadClock, stopwatch, forMs, ...delayed });
  }

  /** Times of the judged cycles; undefined where none were taken. */
  latency(): Latency | undefined {
    return this.#shape.stopwatch?.latency(this.#shape.isTimed ? 'due' : 'begun');
  }

  /** One connection that asks whether anybody is served, perhaps beside the cycles. */
  async probe(): Promise<Probed> {
    this.#probesUnderWay += 1;
    const probed = await probeOnce(this.#work, this.#probing);
    this.#probesUnderWay -= 1;
    return probed;
  }

  connectHeld(clients: HoldingClients, count: number): Promise<void> {
    return clients.connect(this.#work, Math.min(count, this.left));
  }

  /** Further cycles in which all clients are of one sort. They stand in no tally, because they confirm nothing. */
  async makeAlone(client: ClientName, count: number): Promise<Tally> {
    const tally = emptyTally();
    this.cast.only(client, this.ledger.opened);
    await runCycles(this.#work, 'confirm', Math.min(count, this.left), tally);
    this.cast.only(undefined, this.ledger.opened);
    return tally;
  }
}

/** What a probe does, and what it takes for being served. */
interface Probing {
  readonly behaviour: Behaviour;
  readonly by: 'answer' | 'accept';
}

interface Probed {
  /** From its beginning to being served; undefined when it was not, until its deadline. */
  readonly ms: number | undefined;
  readonly by: Probing['by'];
}

/** A server that was given a request has to answer it; of any other only accept() is asked: a handshake proves nothing. */
function probingOf(
  options: Options,
  behaviours: Behaviours,
  observer: Pick<Observer, 'queueLength'>,
): Probing {
  const asks = options.clients.find(name => FACTS[name].waitsFor === 'answer' && options.script.meant);
  const behaviour = asks && behaviours.get(asks);
  if (behaviour) return { behaviour, by: 'answer' };
  const reply = behaviours.get('reply');
  if (reply && options.script.meant) return { behaviour: reply, by: 'answer' };
  return { behaviour: untilAccepted(() => observer.queueLength()), by: 'accept' };
}

async function probeOnce(work: Workload, { behaviour, by }: Probing): Promise<Probed> {
  const tally = emptyTally();
  let ms: number | undefined;
  const startedAtMs = performance.now();
  await runCycles(
    {
      ...work,
      concurrency: 1,
      behaviourOf: () => behaviour,
      stopwatch: {
        began: () => undefined,
        connected: () => undefined,
        answered: () => {
          ms = performance.now() - startedAtMs;
        },
      },
    },
    'probe',
    1,
    tally,
  );
  return { ms: tally.completed > 0 ? ms : undefined, by };
}

/** When the judged cycles begin, and whether their times are taken down. Kept for the whole run. */
interface LoadTiming {
  readonly loadClock: LoadClock | undefined;
  readonly stopwatch: Histograms | undefined;
  /** Cycles are due at a time. */
  readonly isTimed: boolean;
}

/** A plain load has no shape, and loads nothing for it. */
async function shapeOf(load: Load): Promise<LoadTiming> {
  const isTimed = load.ratePerSecond !== undefined;
  return {
    isTimed,
    loadClock: isTimed || load.rampMs > 0 ? new LoadClock(load) : undefined,
    stopwatch: load.latency ? new (await import('../workload/histogram.js')).Histograms() : undefined,
  };
}

/** Some of the judged cycles, with a moment of rest behind them. */
export interface Portion {
  /** So many cycles, or as many as begin in a time. */
  readonly count: number;
  readonly forMs: number | undefined;
  /** Memory is read after it: the end of a round. */
  readonly endsRound: boolean;
}

/**
 * The judged cycles in rounds: of equal counts, or of equal times where it is a time that ends them. The first half of
 * the rounds is warm-up for the memory of a runtime, so twice as many are made as are judged. Long rounds have rests in
 * between, so that what is forgotten is noted while its port is still in the tables.
 */
export function* portionsOf(
  { cycles, durationMs }: Pick<Load, 'cycles' | 'durationMs'>,
  judgedRounds: number,
): Generator<Portion> {
  const rounds = Math.min(cycles, 2 * judgedRounds);
  if (durationMs === undefined) {
    for (let round = 1, made = 0; round <= rounds; round++) {
      const until = Math.round((cycles * round) / rounds);
      yield { count: until - made, forMs: undefined, endsRound: true };
      made = until;
    }
    return;
  }
  const pieces = Math.ceil(durationMs / rounds / MAX_WITHOUT_REST_MS);
  for (let piece = 1; piece <= rounds * pieces; piece++) {
    yield { count: cycles, forMs: durationMs / rounds / pieces, endsRound: piece % pieces === 0 };
  }
}

const MAX_WITHOUT_REST_MS = 10_000;
