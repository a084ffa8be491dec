import { Worker } from 'node:worker_threads';
import type { Options } from '../options/run.js';
import { readHostFacts } from '../proc/host.js';
import type { Target } from '../target/target.js';
import type { Histograms } from '../workload/histogram.js';
import type { Ledger } from '../workload/ledger.js';
import type { Pacer } from '../workload/pacer.js';
import { sourcePorts } from '../workload/sources.js';
import { addTally, emptyTally, type StopReason, type Tally } from '../workload/tally.js';
import type { FromWorker, Order, ToWorker, WorkerSetup } from './cycle-worker.js';

/** What the main thread looks after while the workers make cycles. */
export interface Supervision {
  readonly isLate: () => boolean;
  readonly serverIsGone: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * Threads of our own that share the cycles of a run, each with an event loop of its own: what one has is enough for one
 * CPU. They number their connections from one counter and write them into one ledger, in memory that all of them share,
 * so that a forgotten socket names its cycle whoever made it. The owner calls close().
 */
export class CycleWorkers {
  readonly #threads: readonly Thread[];
  readonly #isLate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  constructor(
    { endpoint, network, listeners, roots }: Pick<Target, 'endpoint' | 'network' | 'listeners' | 'roots'>,
    options: Options,
    seed: number,
    { ledger, pacer }: { readonly ledger: Ledger; readonly pacer: Pacer },
  ) {
    const { clients, script, timeoutMs, pauseMs, sources, workers, ratePerSecond } = options;
    const queues = listeners.flatMap(one => (one.transport === 'tcp' ? [one] : []));
    const { ephemeralPorts } = readHostFacts();
    this.#threads = Array.from({ length: workers }, (_, index) => {
      const setup: WorkerSetup = {
        ...{ destination: endpoint, clients, seed, script, timeoutMs, pauseMs, sources },
        queues: roots.length > 0 ? { owner: network, listeners: queues } : undefined,
        profile: {
          ratePerSecond: ratePerSecond === undefined ? undefined : ratePerSecond / workers,
          concurrency: share(options.concurrency, workers, index),
          rampMs: options.rampMs,
        },
        source: sources[index % Math.max(1, sources.length)],
        startShare: (index + 1) / (workers + 1),
        ports: sourcePorts(ephemeralPorts),
        ...{ ledger: ledger.memory, pacer: pacer.memory, takesTimes: options.latency },
        isLate: this.#isLate.buffer as SharedArrayBuffer,
      };
      return new Thread(setup);
    });
  }

  /** CPU time that each of them has had, in the mean. */
  get cpuMs(): number {
    return this.#threads.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / this.#threads.length;
  }

  /**
   * Makes the cycles, each worker its part of them, and keeps `tally` up to date meanwhile. Never rejects: a worker that
   * dies stops the others, and the tally tells.
   */
  async make(
    order: Order,
    supervision: Supervision,
    tally: Tally,
    times: Histograms | undefined,
  ): Promise<void> {
    const startedAtMs = performance.now();
    const before = structuredClone(tally);
    const parts = this.#threads.map(() => emptyTally());
    Atomics.store(this.#isLate, 0, 0);
    const sum = () => {
      const whole = structuredClone(before);
      for (const part of parts) addTally(whole, part);
      Object.assign(tally, whole);
      if (tally.stopped) this.#stop(tally.stopped);
    };
    const interrupt = () => this.#stop('interrupted');
    const watch = setInterval(() => {
      if (supervision.isLate()) Atomics.store(this.#isLate, 0, 1);
    }, LOOK_MS);
    supervision.signal.addEventListener('abort', interrupt);
    const made = this.#threads.map((thread, index) => {
      const count = share(order.count, this.#threads.length, index);
      return thread.make({ ...order, count }, ({ tally: part, done }) => {
        const hasFailed = part.failed > (parts[index]?.failed ?? 0);
        parts[index] = part;
        if (done?.times) times?.add(done.times);
        if (hasFailed && supervision.serverIsGone()) part.stopped ??= 'server-gone';
        sum();
      });
    });
    if (supervision.signal.aborted) interrupt();
    await Promise.all(made);
    clearInterval(watch);
    supervision.signal.removeEventListener('abort', interrupt);
    tally.durationMs = before.durationMs + performance.now() - startedAtMs;
  }

  #stop(reason: StopReason): void {
    for (const thread of this.#threads) thread.tell({ stop: reason });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.close()));
  }
}

class Thread {
  readonly #worker: Worker;
  #hear: ((message: FromWorker) => void) | undefined;
  #last: FromWorker = { tally: emptyTally(), cpuMs: 0, done: undefined };
  #isDead = false;

  constructor(setup: WorkerSetup) {
    // The same from this folder and from the bundle's.
    this.#worker = new Worker(new URL('../gather/cycle-worker.js', import.meta.url), {
      workerData: setup,
      resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
    });
    this.#worker.on('message', (message: FromWorker) => {
      this.#last = message;
      this.#hear?.(message);
    });
    this.#worker.on('error', () => this.#die());
    this.#worker.on('exit', () => this.#die());
    this.#worker.unref();
  }

  get cpuMs(): number {
    return this.#last.cpuMs;
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Resolves when its part is made, or it is dead; `hear` is told at least once. */
  make(order: Order, hear: (message: FromWorker) => void): Promise<void> {
    return new Promise(resolve => {
      this.#last = { ...this.#last, tally: emptyTally(), done: undefined };
      this.#hear = message => {
        hear(message);
        if (!message.done) return;
        this.#hear = undefined;
        resolve();
      };
      if (this.#isDead) this.#die();
      else this.tell({ order });
    });
  }

  /** What it had told before counts. */
  #die(): void {
    this.#isDead = true;
    const { tally, cpuMs } = this.#last;
    this.#hear?.({ tally: { ...tally, stopped: 'own-worker' }, cpuMs, done: { times: undefined } });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The part of the worker at `index`: all parts together are `whole`. */
function share(whole: number, workers: number, index: number): number {
  return Math.floor(whole / workers) + (index < whole % workers ? 1 : 0);
}

const LOOK_MS = 50;
/** Cycles leave nothing but garbage, and V8 would answer with a nursery of 48 MiB for each thread. */
const NURSERY_MB = 16;
