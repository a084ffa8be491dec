/**
 * Says how many connections may be opened before the accept queue is looked at again.
 *
 * connect(2) succeeds out of the queue, so a client that does not look outruns the server: with listen(fd, 5) the
 * seventh SYN is dropped and its connect takes a second. The backlog is not in /proc, so the queue is kept at a few:
 * a queue that is not empty means that the server is the bottleneck, and little speed is lost.
 * Connects that are under way count as queued: Node makes them in its next tick, so the queue does not show them yet.
 * A queue that cannot be seen (another machine, a Unix socket) does not pace.
 */
export class Pacer {
  /** For the pacers of other threads that fill the same queue. */
  readonly memory: SharedArrayBuffer;
  /** How many are to be queued, and how many are on their way there. */
  readonly #cells: Int32Array;

  /** `memory`: that of the first one, of which the others are made. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    this.#cells = new Int32Array(this.memory);
    if (!memory) this.#cells[TARGET] = QUEUE_TARGET;
  }

  credits(queueLength: number | undefined): number {
    if (queueLength === undefined) return UNSEEN_CREDITS;
    const [target = 0, connecting = 0] = this.#cells;
    return Math.max(0, target - queueLength - connecting);
  }

  /** A connect is under way. */
  noteBegin(): void {
    Atomics.add(this.#cells, CONNECTING, 1);
  }

  /** One that was under way is made, or has failed. */
  noteEnd(): void {
    Atomics.sub(this.#cells, CONNECTING, 1);
  }

  /**
   * A connect has taken `connectMs`. One that took as long as a retransmission of its SYN met a full queue: the backlog
   * is shorter than what was put into it, so less is put into it from now on.
   */
  noteConnect(connectMs: number): void {
    if (connectMs < SYN_RETRANSMISSION_MS) return;
    this.#cells[TARGET] = Math.max(1, (this.#cells[TARGET] ?? 1) - 1);
  }
}

const TARGET = 0;
const CONNECTING = 1;
const QUEUE_TARGET = 4;
const UNSEEN_CREDITS = 64;
/** The first retransmission comes after a second (RFC 6298). */
const SYN_RETRANSMISSION_MS = 900;

/** Tells how long an accept queue has stood still: its length has not changed, and nothing was put into it. */
export class StallWatch {
  #length = 0;
  #opened = 0;
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** Milliseconds since the queue last moved; 0 while it is empty. */
  stalledMs(length: number, opened: number, nowMs: number): number {
    if (length === 0 || length !== this.#length || opened !== this.#opened) {
      this.#length = length;
      this.#opened = opened;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#sinceMs;
  }
}

/** What a batch of cycles is asked before it lets one begin. */
interface Gate {
  /** Connections that may be opened before the accept queue is looked at again. */
  readonly credits: () => number;
  readonly again: () => void;
}

/** Lets connections in by the handful, each after a look at the accept queue. */
export class AdmissionGate {
  readonly #gate: Gate;
  #credits = 0;
  #blockedTurns = 0;
  #waiting = false;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Whether one more may begin. If not, `again` is called: by whoever connects, or in a moment. */
  admits(connecting: number): boolean {
    // One look for a handful: what is under way has to arrive before the queue is looked at again.
    if (this.#credits <= 0 && (connecting > 0 || !this.#hasRoom())) return false;
    this.#credits -= 1;
    return true;
  }

  /** Where the queue is full enough, comes back in a moment: at once at first, then every millisecond. */
  #hasRoom(): boolean {
    this.#credits = this.#gate.credits();
    if (this.#credits > 0) {
      this.#blockedTurns = 0;
      return true;
    }
    if (this.#waiting) return false;
    this.#waiting = true;
    const again = () => {
      this.#waiting = false;
      this.#gate.again();
    };
    this.#blockedTurns += 1;
    if (this.#blockedTurns < SPIN_TURNS) setImmediate(again);
    else setTimeout(again, 1);
    return false;
  }
}

const SPIN_TURNS = 50;
