import type { Due } from '../sampler/sleep.js';
import type { ConfirmingRound, NextRound } from '../verdict/confirmation.js';
import type { Evidence } from '../verdict/evidence.js';
import type { Latency } from '../workload/stopwatch.js';
import type { Gauging } from './gauging.js';
import { type Progress, Timeline } from './timeline.js';

/**
 * Where the connections of a trial come from: cycles of our own, a load that others make, or our own against a server that
 * cannot be looked into. It makes them, waits until the server has come to rest, and knows what was seen. The owner calls
 * close().
 */
export interface Traffic {
  /** Processes at the top of the server's tree; none where it cannot be looked into. */
  readonly rootPids: readonly number[];
  /** Connections until now. */
  readonly connections: number;
  /** No further ones can be made. */
  readonly isOver: boolean;
  readonly isServerAlive: boolean;
  /** Cycles that are told with each point of the series. */
  readonly cyclesDone: number;
  /** What whoever waits is told of them. */
  readonly progress: Pick<
    Progress,
    'cyclesDone' | 'cycles' | 'durationMs' | 'confirmCycles' | 'opened' | 'watching'
  > & {
    readonly due?: Due | undefined;
  };
  queueLength(): number | undefined;
  /** What the server opens once is opened before anything is judged. */
  warmUp(timeline: Timeline): Promise<void>;
  /** The judged connections. `afterRound` is done whenever the server rests in between. */
  make(timeline: Timeline, afterRound: () => Promise<void>): Promise<void>;
  /** Waits until all is back, or is known to be held. */
  settle(): Promise<void>;
  /** Whether such a round can be made at all, and whether there is time left for it. */
  wants(round: ConfirmingRound): boolean;
  hasTimeFor(round: ConfirmingRound): boolean;
  /** Makes the round and lets the server rest; false when it did not come to rest, so that further ones would not help. */
  makeAgain(round: ConfirmingRound): Promise<boolean>;
  /** When no more rounds are made: what else the judge wants to know. */
  conclude(evidence: Evidence): Promise<void>;
  /** What is known so far, gauges and the course of the trial apart. */
  evidence(): Omit<Evidence, 'gauges' | 'confirming' | 'budgetSpent'>;
  /** Adds what takes starting a program to read: it is told, or excuses the server. Absent where there is nothing of that. */
  complete?(evidence: Evidence): Promise<Evidence>;
  /** Times of the judged cycles, where any were taken. */
  latency?(): Latency | undefined;
  close(): Promise<void> | void;
}

/** One server under test, from the first look to the evidence, step by step. Owns a timer: the owner calls close(). */
export class Trial {
  readonly timeline: Timeline;
  readonly #traffic: Traffic;
  readonly #gauging: Gauging | undefined;
  readonly #confirming: ConfirmingRound[] = [];
  #budgetSpent = false;

  constructor(traffic: Traffic, gauging: Gauging | undefined, onProgress: (progress: Progress) => void) {
    this.#traffic = traffic;
    this.#gauging = gauging;
    this.timeline = new Timeline(
      traffic.rootPids,
      () => traffic.cyclesDone,
      () => traffic.queueLength(),
      ({ phase, atMs, fds, anonBytes }) =>
        onProgress({
          ...{ phase, fds, anonBytes, elapsedMs: atMs },
          ...traffic.progress,
          suspects: this.#confirming.at(-1)?.suspects ?? [],
        }),
    );
  }

  async close(): Promise<void> {
    this.timeline.close();
    await this.#traffic.close();
  }

  /** Warms up, makes the judged connections, and waits until the server has come to rest after them. */
  async make(): Promise<void> {
    await this.#traffic.warmUp(this.timeline);
    await this.#gauging?.read('warm-up', this.#traffic.connections);
    await this.#traffic.make(this.timeline, async () => {
      await this.#gauging?.readBytes(this.#traffic.connections);
    });
    this.timeline.enter('settle');
    await this.#traffic.settle();
    await this.#gauging?.rest(this.#traffic.connections);
  }

  /** Makes the rounds that the judge asks for, until it has what it needs, or the time is up. */
  async confirm(next: NextRound): Promise<void> {
    const traffic = this.#traffic;
    for (;;) {
      const round = traffic.isOver ? undefined : await next(this.#evidence());
      if (!round || !traffic.wants(round)) break;
      if (!traffic.hasTimeFor(round)) {
        this.#budgetSpent = true;
        break;
      }
      this.#confirming.push(round);
      this.timeline.enter('confirm');
      if (!(await traffic.makeAgain(round))) {
        this.#budgetSpent = true;
        break;
      }
      await this.#gauging?.rest(traffic.connections);
    }
    await traffic.conclude(this.#evidence());
    await this.#gauging?.rest(traffic.connections);
  }

  async evidence(): Promise<Evidence> {
    if (!this.#traffic.complete) return this.#evidence();
    this.timeline.enter('after');
    return this.#traffic.complete(this.#evidence());
  }

  #evidence(): Evidence {
    return {
      ...this.#traffic.evidence(),
      gauges: this.#gauging?.series(),
      confirming: this.#confirming,
      budgetSpent: this.#budgetSpent,
    };
  }
}
