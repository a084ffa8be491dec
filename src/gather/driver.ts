import type { Options } from '../options.js';
import type { Target } from '../target/target.js';
import type { Behaviour } from '../workload/behaviour.js';
import { type Behaviours, prepareBehaviours } from '../workload/behaviours/registry.js';
import { Cast } from '../workload/cast.js';
import type { ClientName } from '../workload/client-names.js';
import { runCycles } from '../workload/cycles.js';
import { delayedBy, holding } from '../workload/holding.js';
import type { HoldingClients } from '../workload/holding-clients.js';
import type { CyclePhase, Ledger } from '../workload/ledger.js';
import { Pacer } from '../workload/pacer.js';
import { Patience } from '../workload/patience.js';
import type { Latency } from '../workload/stopwatch.js';
import { emptyTally, type Tally } from '../workload/tally.js';
import type { Workload } from '../workload/workload.js';
import type { Observer } from './observer.js';
import { type Probed, type Probing, probeOnce, probingOf } from './probe.js';
import type { Portion } from './rounds.js';
import { type Shape, shapeOf } from './shape.js';
import type { Audience } from './timeline.js';

/** Phases whose cycles are judged by whether they succeed. */
type TalliedPhase = Exclude<CyclePhase, 'hold' | 'probe'>;

/** Makes the cycles of one trial, and keeps the books of them. */
export class Driver {
  readonly ledger: Ledger;
  readonly cast: Cast;
  readonly tallies: Readonly<Record<TalliedPhase, Tally>> = {
    'warm-up': emptyTally(),
    cycles: emptyTally(),
    confirm: emptyTally(),
  };
  readonly #work: Workload;
  readonly #signal: AbortSignal;
  readonly #shape: Shape;
  readonly #probing: Probing;
  readonly #onJudged: Audience['onJudged'];
  #probesUnderWay = 0;

  static async open(
    target: Pick<Target, 'endpoint'>,
    options: Options,
    seed: number,
    ledger: Ledger,
    observer: Pick<Observer, 'queueLength' | 'serverIsGone'>,
    { signal, onJudged }: Pick<Audience, 'signal' | 'onJudged'>,
  ): Promise<Driver> {
    const behaviours = await prepareBehaviours(options.clients, options.script);
    const cast = new Cast(options.clients, seed);
    const { concurrency, timeoutMs, pauseMs, script } = options;
    const work = {
      destination: target.endpoint,
      behaviourOf: behaviourOf(cast, behaviours),
      ...{ concurrency, timeoutMs, pauseMs, script, ledger, signal },
      pacer: new Pacer(),
      patience: new Patience(timeoutMs),
      queueLength: () => observer.queueLength(),
      serverIsGone: () => observer.serverIsGone(),
    };
    return new Driver(cast, work, await shapeOf(options), probingOf(options, behaviours, observer), onJudged);
  }

  private constructor(
    cast: Cast,
    work: Omit<Workload, 'aside'>,
    shape: Shape,
    probing: Probing,
    onJudged: Audience['onJudged'],
  ) {
    this.#onJudged = onJudged;
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

  get timeoutMs(): number {
    return this.#work.timeoutMs;
  }

  /** One confirming cycle, which is not ended before `seen` has settled. */
  makeHeld(seen: (localPort: number) => Promise<void>): Promise<void> {
    const { behaviourOf } = this.#work;
    return this.make('confirm', 1, {
      behaviourOf: connection => holding(behaviourOf(connection), seen),
    });
  }

  /** Never rejects: what becomes of the cycles stands in the tally of their phase. */
  make(phase: TalliedPhase, count: number, different: Partial<Workload> = {}): Promise<void> {
    return runCycles({ ...this.#work, ...different }, phase, count, this.tallies[phase]);
  }

  /** Judged cycles, in the shape that the load is to have. */
  makeJudged({ count, forMs }: Portion): Promise<void> {
    const { tempo, stopwatch } = this.#shape;
    const onJudged = this.#onJudged;
    const { behaviourOf } = this.#work;
    const delayed = onJudged && {
      behaviourOf: (connection: number) => delayedBy(behaviourOf(connection), onJudged),
    };
    return this.make('cycles', count, { tempo, stopwatch, forMs, ...delayed });
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
    return clients.connect(this.#work, count);
  }

  /** Further cycles in which all clients are of one sort. They stand in no tally, because they confirm nothing. */
  async makeAlone(client: ClientName, count: number): Promise<Tally> {
    const tally = emptyTally();
    this.cast.only(client, this.ledger.opened);
    await runCycles(this.#work, 'confirm', count, tally);
    this.cast.only(undefined, this.ledger.opened);
    return tally;
  }
}

/** Nothing is asked for a connection where all clients do the same. */
function behaviourOf(cast: Cast, behaviours: Behaviours): (connection: number) => Behaviour {
  const of = (client: ClientName) => {
    const behaviour = behaviours.get(client);
    if (!behaviour) throw new Error(`the client ${client} was not prepared`);
    return behaviour;
  };
  if (cast.isMixed) return connection => of(cast.clientOf(connection));
  const only = of(cast.clientOf(1));
  return () => only;
}
