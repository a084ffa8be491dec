import { parentPort, workerData } from 'node:worker_threads';
import { ownThreadCpuMs } from '../proc/host.js';
import type { NetOwner } from '../proc/sockets.js';
import { QueueWatch, type WatchedListener } from '../sampler/queue-watch.js';
import { behaviourOf, prepareBehaviours } from '../workload/behaviours.js';
import type { ClientName } from '../workload/client-names.js';
import { runCycles } from '../workload/cycles.js';
import type { Destination } from '../workload/dial.js';
import type { RecordedTimes } from '../workload/histogram.js';
import { type CyclePhase, Ledger } from '../workload/ledger.js';
import { LoadClock, type LoadProfile } from '../workload/load-clock.js';
import { Pacer } from '../workload/pacer.js';
import { Patience } from '../workload/patience.js';
import type { Script } from '../workload/script.js';
import { Sources } from '../workload/sources.js';
import { emptyTally, type StopReason, type Tally } from '../workload/tally.js';
import { ClientMix, type Workload } from '../workload/workload.js';

/** What a worker is started with: its part of the load, and the memory that it shares with the others. */
export interface WorkerSetup {
  readonly destination: Destination;
  /** Watched by each worker for itself. */
  readonly queues: { readonly owner: NetOwner; readonly listeners: readonly WatchedListener[] } | undefined;
  readonly clients: readonly ClientName[];
  readonly seed: number;
  readonly script: Script;
  readonly timeoutMs: number;
  readonly pauseMs: number;
  /** Its share of the clients at a time and of the rate. */
  readonly profile: LoadProfile;
  /** The address that its own connections come from; undefined: the one that the kernel takes. */
  readonly source: string | undefined;
  /** How far into the ports it begins, from 0 to 1: workers may share an address. */
  readonly startShare: number;
  readonly ports: readonly [number, number];
  /** All addresses that connections of the run come from. */
  readonly sources: readonly string[];
  readonly ledger: SharedArrayBuffer;
  readonly pacer: SharedArrayBuffer;
  /** Not 0: no cycle may begin any more. */
  readonly isLate: SharedArrayBuffer;
  readonly takesTimes: boolean;
}

/** Cycles that it is to make. */
export interface Order {
  readonly phase: CyclePhase;
  readonly count: number;
  readonly forMs: number | undefined;
  /** At the rate and with the ramp that were asked for. */
  readonly isTimed: boolean;
}

export type ToWorker = { readonly order: Order } | { readonly stop: StopReason };

/** What has become of the cycles of its last order. */
export interface FromWorker {
  readonly tally: Tally;
  /** All CPU time that it has had. */
  readonly cpuMs: number;
  /** Where this was the last of them. */
  readonly done: { readonly times: RecordedTimes | undefined } | undefined;
}

void work(workerData as WorkerSetup);

/** A thread that makes cycles when it is told to, with a look of its own at the accept queue. */
async function work(setup: WorkerSetup): Promise<void> {
  const behaviours = await prepareBehaviours(setup.clients, setup.script);
  const queues = setup.queues && (await QueueWatch.open(setup.queues.owner, setup.queues.listeners));
  const stopwatch = setup.takesTimes
    ? new (await import('../workload/histogram.js')).Histograms()
    : undefined;
  const loadClock = new LoadClock(setup.profile);
  const isLate = new Int32Array(setup.isLate);
  const own = {
    ...{ destination: setup.destination, script: setup.script, timeoutMs: setup.timeoutMs },
    ...{ pauseMs: setup.pauseMs, concurrency: setup.profile.concurrency },
    sources:
      setup.source === undefined ? undefined : new Sources([setup.source], setup.ports, setup.startShare),
    behaviourOf: behaviourOf(new ClientMix(setup.clients, setup.seed), behaviours),
    ledger: new Ledger(setup.sources, setup.ledger),
    pacer: new Pacer(setup.pacer),
    patience: new Patience(setup.timeoutMs),
    queueLength: () => queues?.length(),
    isLate: () => Atomics.load(isLate, 0) !== 0,
    // The main thread looks after the server.
    serverIsGone: () => false,
    aside: () => 0,
  };
  let stop: (reason: StopReason) => void = () => undefined;

  const make = async ({ phase, count, forMs, isTimed }: Order): Promise<void> => {
    const ended = new AbortController();
    const tally = emptyTally();
    stop = reason => {
      tally.stopped ??= reason;
      if (reason === 'interrupted' || reason === 'server-gone') ended.abort();
    };
    const tell = (done: FromWorker['done']) =>
      parentPort?.postMessage({ tally, cpuMs: ownThreadCpuMs(), done } satisfies FromWorker);
    const telling = setInterval(() => tell(undefined), TELL_MS);
    const timing = isTimed
      ? { loadClock, stopwatch }
      : { stopwatch: phase === 'cycles' ? stopwatch : undefined };
    const batch: Workload = { ...own, ...timing, forMs, signal: ended.signal };
    await runCycles(batch, phase, count, tally);
    clearInterval(telling);
    tell({ times: stopwatch?.take() });
  };

  parentPort?.on('message', (message: ToWorker) => {
    if ('order' in message) void make(message.order);
    else stop(message.stop);
  });
}

const TELL_MS = 50;
