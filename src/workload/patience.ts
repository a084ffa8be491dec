/**
 * How long a client waits for the server to close its side. A server that never does costs a few seconds in all, not
 * cycles × timeout: the first vain wait is as long as the deadline, later ones are ten times as long as the longest
 * that was not vain; and after three in a row, or twice the deadline in all, nobody waits any more.
 * Waiting or not is the same on the wire, because the FIN has been sent already.
 */
export class Patience {
  readonly #mostMs: number;
  #limitMs: number;
  #longestMs = 0;
  #vainMs = 0;
  #inARow = 0;

  constructor(mostMs: number) {
    this.#mostMs = mostMs;
    this.#limitMs = mostMs;
  }

  /** 0: no more waiting. */
  get limitMs(): number {
    return this.#limitMs;
  }

  /** The server closed after `tookMs`. */
  met(tookMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, tookMs);
    this.#inARow = 0;
  }

  /** The server did not close within `waitedMs`. Waits that were under way together count once. */
  missed(waitedMs: number, together: number): void {
    this.#vainMs += waitedMs / together;
    this.#inARow += 1 / together;
    const isOver = this.#vainMs >= 2 * this.#mostMs || this.#inARow > MOST_IN_A_ROW - ROUNDING;
    const usual = Math.max(LEAST_MS, TIMES_LONGEST * this.#longestMs);
    this.#limitMs = isOver ? 0 : Math.min(this.#mostMs, usual);
  }
}

const MOST_IN_A_ROW = 3;
const ROUNDING = 1e-9;
const LEAST_MS = 100;
const TIMES_LONGEST = 10;
