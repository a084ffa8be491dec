import { BatchSchedule } from './batch-schedule.js';
import {
  type Cycle,
  DEADLINE,
  Deadlines,
  failureKind,
  newCycle,
  reasonToStop,
  wasClosedByReset,
} from './cycle.js';
import { type CycleContext, PollTurns } from './cycle-context.js';
import { dial, isSelfConnected, open } from './dial.js';
import type { CyclePhase } from './ledger.js';
import { AdmissionGate, StallWatch } from './pacer.js';
import { noteFailure, type StopReason, type Tally } from './tally.js';
import type { Workload } from './workload.js';

/**
 * Opens and closes `count` connections, or as many as begin within `forMs`, `concurrency` at a time or when they are
 * due, and adds what became of them to `tally`. Never rejects: a failed cycle is data. Resolves when the last socket is
 * closed.
 */
export function runCycles(work: Workload, phase: CyclePhase, count: number, tally: Tally): Promise<void> {
  if (work.forMs === undefined) tally.requested += count;
  return new Promise(resolve => new Batch(work, phase, count, tally, resolve).start());
}

class Batch {
  readonly #context: CycleContext;
  readonly #inFlight = new Set<Cycle>();
  readonly #startedAtMs = performance.now();
  readonly #stall = new StallWatch(this.#startedAtMs);
  readonly #deadlines = new Deadlines(this.#startedAtMs, DEADLINE_STEP_MS);
  readonly #onAbort = () => this.#stop('interrupted');
  readonly #admission: AdmissionGate;
  readonly #schedule: BatchSchedule;
  #timer: NodeJS.Timeout | undefined;
  #launched = 0;
  /** Launched, and neither connected nor failed. */
  #connecting = 0;
  #pausing = 0;
  #deadlinesInARow = 0;
  #isOver = false;

  constructor(
    readonly work: Workload,
    readonly phase: CyclePhase,
    readonly count: number,
    readonly tally: Tally,
    readonly finished: () => void,
  ) {
    const { script, patience, timeoutMs, concurrency, destination, stopwatch, loadClock } = work;
    this.#schedule = new BatchSchedule(work, this.#startedAtMs, () => this.#pump());
    this.#admission = new AdmissionGate({
      credits: () => work.pacer.credits(this.#lookAtQueue()),
      again: () => this.#pump(),
    });
    const host = destination.transport === 'tcp' ? destination.host : undefined;
    const isTimed = loadClock?.profile.ratePerSecond !== undefined;
    this.#context = {
      ...{
        turns: new PollTurns(),
        script,
        patience,
        tally,
        timeoutMs,
        concurrency,
        host,
        stopwatch,
        isTimed,
      },
    };
  }

  start(): void {
    this.work.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setInterval(() => this.#checkClocks(), DEADLINE_STEP_MS);
    if (this.work.signal.aborted) this.#stop('interrupted');
    this.#pump();
  }

  #pump(): void {
    while (this.#hasMore() && this.#inFlight.size + this.#pausing < this.#schedule.clients()) {
      if (!this.#schedule.isDue() || !this.#admission.admits(this.#connecting)) return;
      this.#launched += 1;
      this.#launch();
    }
    if (this.#hasMore()) return;
    this.#schedule.stop();
    if (this.#inFlight.size === 0 && this.#pausing === 0) this.#finish();
  }

  #hasMore(): boolean {
    return this.tally.stopped === undefined && this.#launched < this.count && !this.#schedule.isOver;
  }

  /** What has left the queue was accepted: the only proof of it that a client can have. */
  #lookAtQueue(): number | undefined {
    const length = this.work.queueLength();
    if (length === undefined) return undefined;
    const { ledger, aside } = this.work;
    const answered = ledger.opened - this.#inFlight.size - aside() - this.tally.failed;
    this.tally.acceptedAtLeast = Math.max(this.tally.acceptedAtLeast, answered - length);
    return length;
  }

  #launch(): void {
    const { destination, sources, ledger, timeoutMs, loadClock, stopwatch } = this.work;
    const now = performance.now();
    const sinceMs = loadClock?.begin(now) ?? now;
    if (loadClock?.profile.ratePerSecond !== undefined) stopwatch?.began(now - sinceMs);
    const cycle = newCycle(dial(destination, sources), ledger.next(this.phase), now + timeoutMs, sinceMs);
    this.#inFlight.add(cycle);
    this.#connecting += 1;
    this.work.pacer.noteBegin();
    const events = {
      connected: () => this.#connected(cycle),
      ended: () => {
        if (!cycle.closing) this.tally.closedByServer += 1;
      },
      closed: () => this.#closed(cycle),
    };
    open(cycle, destination, events, sources);
  }

  #connected(cycle: Cycle): void {
    this.#arrived();
    cycle.connected = true;
    const now = performance.now();
    this.work.pacer.noteConnect(now - cycle.dueAtMs + this.work.timeoutMs);
    this.work.stopwatch?.connected(now - cycle.sinceMs);
    const { socket } = cycle;
    const { localPort, localAddress } = socket;
    if (localPort !== undefined) {
      if (isSelfConnected(socket, this.work.destination)) {
        cycle.error = 'ECONNREFUSED';
        socket.resetAndDestroy();
        return;
      }
      this.work.ledger.remember(localPort, cycle.connection, localAddress);
    }
    this.work.behaviourOf(cycle.connection)(cycle, this.#context);
    if (this.#connecting === 0) this.#pump();
  }

  /** Connected, or not to be. */
  #arrived(): void {
    this.#connecting -= 1;
    this.work.pacer.noteEnd();
  }

  #closed(cycle: Cycle): void {
    this.#inFlight.delete(cycle);
    if (!cycle.connected) this.#arrived();
    if (cycle.error === undefined || wasClosedByReset(cycle)) {
      this.tally.completed += 1;
      this.#deadlinesInARow = 0;
    } else {
      this.#failed(cycle, cycle.error);
    }
    if (this.work.pauseMs > 0 && this.#hasMore()) this.#pause();
    this.#pump();
  }

  #failed({ connection, socket, speaksTls }: Cycle, code: string): void {
    if (code === INTERRUPTED) return;
    const kind = failureKind(code);
    if (kind === 'reset' && socket.bytesWritten > 0 && !speaksTls) this.tally.turnedDown += 1;
    noteFailure(this.tally, { kind, code: code === DEADLINE ? '' : code, connection });
    if (kind === 'timeout') this.#deadlinesInARow += 1;
    const isOurs = kind === 'own-ports' || kind === 'own-fds';
    if (!isOurs && this.work.serverIsGone()) this.#stop('server-gone');
    const reason = reasonToStop(kind, this.tally, this.#deadlinesInARow);
    if (reason) this.#stop(reason);
  }

  #pause(): void {
    this.#pausing += 1;
    setTimeout(() => {
      this.#pausing -= 1;
      this.#pump();
    }, this.work.pauseMs);
  }

  #checkClocks(): void {
    const now = performance.now();
    this.#deadlines.check(this.#inFlight, now);
    const length = this.#lookAtQueue() ?? 0;
    // Those of other threads are counted: what they put into it moves it, too.
    const opened = this.work.ledger.openedIn(this.phase);
    if (this.#stall.stalledMs(length, opened, now) >= this.work.timeoutMs) this.#stop('accept-stalled');
    // Also for those whose number has grown meanwhile, and where the time is up.
    if (this.tally.stopped || this.work.loadClock || this.work.forMs !== undefined) this.#pump();
  }

  #stop(reason: StopReason): void {
    this.tally.stopped ??= reason;
    if (reason !== 'interrupted' && reason !== 'server-gone') return;
    for (const cycle of this.#inFlight) {
      cycle.error ??= INTERRUPTED;
      cycle.socket.destroy();
    }
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    if (this.work.forMs !== undefined) this.tally.requested += this.#launched;
    else if (this.#schedule.isOver) this.tally.requested -= this.count - this.#launched;
    this.work.signal.removeEventListener('abort', this.#onAbort);
    this.tally.durationMs += performance.now() - this.#startedAtMs;
    this.finished();
  }
}

const DEADLINE_STEP_MS = 50;
const INTERRUPTED = 'interrupted';
