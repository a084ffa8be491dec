import type { Options } from '../../options/run.js';
import { readHostFacts } from '../../proc/host.js';
import type { Settled } from '../../sampler/settle.js';
import type { Snapshot } from '../../sampler/snapshot.js';
import type { Endpoint } from '../../target/target.js';
import { takeCensus } from '../../verdict/census.js';
import type { NextRound } from '../../verdict/confirmation.js';
import type { Evidence } from '../../verdict/evidence.js';
import type { GaugeSeries } from '../../verdict/gauge-series.js';
import { Ledger } from '../../workload/ledger.js';
import type { Latency } from '../../workload/stopwatch.js';
import { Budget } from '../budget.js';
import { Driver } from '../driver.js';
import type { Gauging } from '../gauging.js';
import { portionsOf } from '../rounds.js';
import { type RunHooks, Timeline } from '../timeline.js';

/** One server that cannot be looked into: cycles, and what it says of itself. The owner calls close(). */
export class FarTrial {
  readonly timeline: Timeline;
  readonly #endpoint: Endpoint;
  readonly #options: Options;
  readonly #signal: AbortSignal;
  readonly #driver: Driver;
  readonly #prober: readonly Driver[];
  readonly #gauging: Gauging;
  #isServing = false;
  #budgetSpent = false;

  static async open(
    endpoint: Endpoint,
    options: Options,
    seed: number,
    gauging: Gauging,
    hooks: RunHooks,
  ): Promise<FarTrial> {
    const ledger = new Ledger();
    const open = (different: Partial<Options>) =>
      Driver.open({ endpoint }, { ...options, ...different }, seed, ledger, UNSEEN, hooks);
    const probing = { timeoutMs: Math.min(options.timeoutMs, MAX_PROBE_MS), concurrency: 1 };
    const prober = [
      await open({ ...probing, clients: ['half'] }),
      await open({ ...probing, clients: ['reply'] }),
    ];
    return new FarTrial(endpoint, options, gauging, hooks, await open({}), prober);
  }

  private constructor(
    endpoint: Endpoint,
    options: Options,
    gauging: Gauging,
    { signal, onProgress }: RunHooks,
    driver: Driver,
    prober: readonly Driver[],
  ) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#signal = signal;
    this.#gauging = gauging;
    this.#driver = driver;
    this.#prober = prober;
    const { cycles, durationMs } = options;
    this.timeline = new Timeline(
      [],
      () => driver.tallies.cycles.completed,
      () => undefined,
      ({ phase, atMs }) =>
        onProgress({
          ...{ phase, fds: 0, cycles, durationMs, elapsedMs: atMs, suspects: ['gauge'] },
          cyclesDone: driver.tallies.cycles.completed,
        }),
    );
  }

  close(): void {
    this.timeline.close();
  }

  async makeCycles(): Promise<void> {
    const { warmup, mostMs, rounds } = this.#options;
    this.timeline.enter('warm-up');
    await this.#driver.makeWarmUp(warmup, mostMs);
    await this.#gauging.read('warm-up', this.#driver.ledger.opened);
    this.timeline.enter('cycles');
    for (const portion of portionsOf(this.#options, rounds)) {
      if (this.#driver.isOver) break;
      await this.#driver.makeJudged(portion);
      if (portion.endsRound) await this.#gauging.readBytes(this.#driver.ledger.opened);
    }
  }

  /** connect() proves nothing: somebody has to close or to answer. Then the gauges come to rest. */
  async settle(): Promise<void> {
    this.timeline.enter('settle');
    const tallies = Object.values(this.#driver.tallies);
    this.#isServing = tallies.some(({ closedByServer, answered }) => closedByServer > 0 || answered > 0);
    for (const prober of this.#prober) {
      if (this.#isServing || this.#signal.aborted) break;
      await prober.make('cycles', 1);
      const { completed, unclosed, answered, closedByServer } = prober.tallies.cycles;
      this.#isServing = (completed > 0 && unclosed === 0) || answered > 0 || closedByServer > 0;
    }
    await this.#gauging.rest(this.#driver.ledger.opened);
  }

  async confirm(next: NextRound): Promise<void> {
    const budget = new Budget(this.#options.budgetMs, []);
    for (let made = 0; !this.#driver.isOver; made++) {
      const round = await next(this.evidence());
      if (!round || round.manner) return;
      if (made >= MIN_ROUNDS && !budget.hasTimeFor([])) {
        this.#budgetSpent = true;
        return;
      }
      if (this.#options.budgetMs === 0) return;
      this.timeline.enter('confirm');
      await this.#driver.make('confirm', round.cycles);
      await this.#gauging.rest(this.#driver.ledger.opened);
    }
  }

  evidence(): Evidence {
    return farEvidence({
      endpoint: this.#endpoint,
      options: this.#options,
      driver: this.#driver,
      gauges: this.#gauging.series(),
      isServing: this.#isServing,
      budgetSpent: this.#budgetSpent,
      interrupted: this.#signal.aborted,
    });
  }

  latency(): Latency | undefined {
    return this.#driver.latency();
  }
}

const UNSEEN = { queueLength: () => undefined, serverIsGone: () => false };
/** Two seconds are what a client waits for a server that does not close its side. */
const MAX_PROBE_MS = 3_000;
const MIN_ROUNDS = 3;

/** What is known of a server that nobody could look into. */
interface FarSeen {
  readonly endpoint: Endpoint;
  readonly options: Options;
  readonly driver: Driver;
  readonly gauges: readonly GaugeSeries[];
  /** It was seen to close or to answer: a handshake proves nothing. */
  readonly isServing: boolean;
  readonly budgetSpent: boolean;
  readonly interrupted: boolean;
}

/** Puts into one piece what the judge may know: the cycles, and what the server says of itself. */
function farEvidence(seen: FarSeen): Evidence {
  const { endpoint, options, driver, gauges, isServing, budgetSpent, interrupted } = seen;
  const { ledger, cast, tallies } = driver;
  return {
    ...{ before: NOTHING, baseline: NOTHING, after: NOTHING, baselineCounts: NONE },
    ...{ rounds: [], confirming: [] },
    own: {
      ...{ pace: [], hold: undefined, apart: [], followed: undefined, watched: undefined },
      ...{ embryonicResets: 0, deferredDrops: 0 },
      ...{ concurrency: options.concurrency, ratePerSecond: options.ratePerSecond, rampMs: options.rampMs },
      originOf: connection => ledger.origin(connection),
      connectionOf: port => ledger.connectionOf(port),
      clients: options.clients,
      clientOf: connection => cast.clientOf(connection),
      requestIsMeant: options.script.meant,
    },
    serverPort: endpoint.transport === 'tcp' ? endpoint.port : undefined,
    timeoutMs: options.timeoutMs,
    warmup: tallies['warm-up'],
    cycles: tallies.cycles,
    confirm: tallies.confirm,
    connections: ledger.opened,
    judgedConnections: ledger.opened - ledger.openedIn('confirm'),
    warmupConnections: ledger.openedIn('warm-up'),
    ...{ settled: BACK, queueSettled: BACK },
    ...{ quiet: undefined, held: [], heldAtRest: 0, outside: [], acceptQueue: 0, unaccepted: [] },
    ...{ departed: [], listenerGone: false, waits: [], rootCount: 0, fdLimit: undefined },
    ...{ listenOverflows: 0, listenDrops: 0 },
    // Nothing is known of its memory: the kind that is given most time to warm up.
    runtime: 'unknown',
    maxMapCount: readHostFacts().maxMapCount,
    pidsLimit: undefined,
    far: { isServing },
    ...{ gauges, budgetSpent, interrupted },
  };
}

const BACK: Settled = { state: 'back', lastChangeMs: 0, tookMs: 0, asleep: false };
const NOTHING: Snapshot = { atMs: 0, processes: [], zombies: [], deniedPids: [] };
const NONE = takeCensus(NOTHING, NOTHING, []);
