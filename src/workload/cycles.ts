import { type Cycle, DEADLINE, newCycle } from './cycle.js';
import { Deadlines } from './deadlines.js';
import { dial, isSelfConnected } from './dial.js';
import { failureKind } from './failure-kind.js';
import { reasonToStop } from './giving-up.js';
import type { CyclePhase } from './ledger.js';
import { open } from './open.js';
import { StallWatch } from './pacer.js';
import type { Stage } from './stage.js';
import { noteFailure, type StopReason, type Tally } from './tally.js';
import { Turns } from './turns.js';
import type { Workload } from './workload.js';

/**
 * Opens and closes `count` connections, `concurrency` at a time, and adds what became of them to `tally`.
 * Never rejects: a failed cycle is data. Resolves when the last socket is closed.
 */
export function runCycles(work: Workload, phase: CyclePhase, count: number, tally: Tally): Promise<void> {
  work.ledger.beginPhase(phase);
  tally.requested += count;
  return new Promise(resolve => new Batch(work, count, tally, resolve).start());
}

class Batch {
  readonly #stage: Stage;
  readonly #inFlight = new Set<Cycle>();
  readonly #startedAtMs = performance.now();
  readonly #stall = new StallWatch(this.#startedAtMs);
  readonly #deadlines = new Deadlines(this.#startedAtMs, DEADLINE_STEP_MS);
  readonly #onAbort = () => this.#stop('interrupted');
  #timer: NodeJS.Timeout | undefined;
  #launched = 0;
  /** Launched, and neither connected nor failed. */
  #connecting = 0;
  #pausing = 0;
  #credits = 0;
  #blockedTurns = 0;
  #waiting = false;
  #deadlinesInARow = 0;

  constructor(
    readonly work: Workload,
    readonly count: number,
    readonly tally: Tally,
    readonly finished: () => void,
  ) {
    const { script, patience, timeoutMs, concurrency, destination } = work;
    const host = destination.transport === 'tcp' ? destination.host : undefined;
    this.#stage = { turns: new Turns(), script, patience, tally, timeoutMs, concurrency, host };
  }

  start(): void {
    this.work.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setInterval(() => this.#checkClocks(), DEADLINE_STEP_MS);
    if (this.work.signal.aborted) this.#stop('interrupted');
    this.#pump();
  }

  #pump(): void {
    while (this.#launched < this.count && this.#inFlight.size + this.#pausing < this.work.concurrency) {
      if (this.tally.stopped) break;
      // One look for a handful: what is under way has to arrive before the queue is looked at again.
      if (this.#credits <= 0 && (this.#connecting > 0 || !this.#mayGoOn())) return;
      this.#credits -= 1;
      this.#launched += 1;
      this.#launch();
    }
    const over = this.tally.stopped !== undefined || this.#launched >= this.count;
    if (over && this.#inFlight.size === 0 && this.#pausing === 0) this.#finish();
  }

  /** Reads the accept queue; where it is full enough, comes back in a moment: at once at first, then every millisecond. */
  #mayGoOn(): boolean {
    this.#credits = this.work.pacer.credits(this.#lookAtQueue(), this.#connecting);
    if (this.#credits > 0) {
      this.#blockedTurns = 0;
      return true;
    }
    if (this.#waiting) return false;
    this.#waiting = true;
    const again = () => {
      this.#waiting = false;
      this.#pump();
    };
    this.#blockedTurns += 1;
    if (this.#blockedTurns < SPIN_TURNS) setImmediate(again);
    else setTimeout(again, 1);
    return false;
  }

  /** What has left the queue was accepted: the only proof of it that a client can have. */
  #lookAtQueue(): number | undefined {
    const length = this.work.queueLength();
    if (length === undefined) return undefined;
    const answered = this.work.ledger.opened - this.#inFlight.size - this.tally.failed;
    this.tally.acceptedAtLeast = Math.max(this.tally.acceptedAtLeast, answered - length);
    return length;
  }

  #launch(): void {
    const { destination, ledger, timeoutMs } = this.work;
    const cycle = newCycle(dial(destination), ledger.next(), performance.now() + timeoutMs);
    this.#inFlight.add(cycle);
    this.#connecting += 1;
    open(cycle, destination, {
      connected: () => this.#connected(cycle),
      ended: () => {
        if (!cycle.closing) this.tally.closedByServer += 1;
      },
      closed: () => this.#closed(cycle),
    });
  }

  #connected(cycle: Cycle): void {
    this.#connecting -= 1;
    cycle.connected = true;
    this.work.pacer.noteConnect(performance.now() - cycle.dueAtMs + this.work.timeoutMs);
    const { socket } = cycle;
    const { localPort } = socket;
    if (localPort !== undefined) {
      if (isSelfConnected(socket, this.work.destination)) {
        cycle.error = 'ECONNREFUSED';
        socket.resetAndDestroy();
        return;
      }
      this.work.ledger.remember(localPort, cycle.connection);
    }
    this.work.behaviourOf(cycle.connection)(cycle, this.#stage);
    if (this.#connecting === 0) this.#pump();
  }

  #closed(cycle: Cycle): void {
    this.#inFlight.delete(cycle);
    if (!cycle.connected) this.#connecting -= 1;
    if (cycle.error === undefined) {
      this.tally.completed += 1;
      this.#deadlinesInARow = 0;
    } else {
      this.#failed(cycle, cycle.error);
    }
    if (this.work.pauseMs > 0 && this.#launched < this.count) this.#pause();
    this.#pump();
  }

  #failed({ connection }: Cycle, code: string): void {
    if (code === INTERRUPTED) return;
    const kind = failureKind(code);
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
    if (this.#stall.stalledMs(length, this.#launched, now) < this.work.timeoutMs) return;
    this.#stop('accept-stalled');
    this.#pump();
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
    clearInterval(this.#timer);
    this.work.signal.removeEventListener('abort', this.#onAbort);
    this.tally.durationMs += performance.now() - this.#startedAtMs;
    this.finished();
  }
}

const DEADLINE_STEP_MS = 50;
const SPIN_TURNS = 50;
const INTERRUPTED = 'interrupted';
