/**
 * How long a client that has half-closed waits for the server to close its side. A server that never does costs a few
 * seconds in all, not cycles × timeout: the first vain wait is the longest, later ones are ten times as long as the
 * longest that was not vain; after three in a row, or twice the longest in all, clients only linger for a moment, so
 * that the server meets a half-closed client all the same; and when that has taken long enough too, not even that.
 */
export class Patience {
  readonly #mostMs: number;
  #limitMs: number;
  #longestMs = 0;
  #vainMs = 0;
  #inARow = 0;
  #lingeredMs = 0;

  /** `timeoutMs`: deadline of a cycle. */
  constructor(timeoutMs: number) {
    this.#mostMs = Math.min(timeoutMs, MAX_MS);
    this.#limitMs = this.#mostMs;
  }

  get limitMs(): number {
    return this.#limitMs;
  }

  /** Clients do not wait for the server any more, they only linger. */
  get isOver(): boolean {
    return this.#limitMs <= LINGER_MS;
  }

  /** The server closed after `tookMs`. */
  met(tookMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, tookMs);
    this.#inARow = 0;
  }

  /** The server did not close within `waitedMs`; waits of `together` clients went on at the same time. */
  missed(waitedMs: number, together: number): void {
    if (this.isOver) {
      this.#lingeredMs += waitedMs / together;
      if (this.#lingeredMs >= this.#mostMs) this.#limitMs = 0;
      return;
    }
    this.#vainMs += waitedMs / together;
    this.#inARow += 1 / together;
    const isVain = this.#vainMs >= 2 * this.#mostMs || this.#inARow > MAX_IN_A_ROW - ROUNDING;
    const usual = Math.max(MIN_MS, TIMES_LONGEST * this.#longestMs);
    this.#limitMs = isVain ? LINGER_MS : Math.min(this.#mostMs, usual);
  }
}

/** No cycle fails by it, so it may be shorter than the deadline of those that do. */
const MAX_MS = 2_000;
const LINGER_MS = 2;
const MAX_IN_A_ROW = 3;
const ROUNDING = 1e-9;
const MIN_MS = 100;
const TIMES_LONGEST = 10;
