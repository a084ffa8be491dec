/** What a batch of cycles is asked before it lets one begin. */
export interface Gate {
  /** Connections that may be opened before the accept queue is looked at again. */
  readonly credits: () => number;
  readonly again: () => void;
}

/** Lets connections in by the handful, each after a look at the accept queue. */
export class Admission {
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
