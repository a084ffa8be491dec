/** How fast cycles begin; what they become has no say in that. */
export interface LoadProfile {
  readonly ratePerSecond: number | undefined;
  /** Clients at a time, or the most connections that may be open. */
  readonly concurrency: number;
  /** In this time the rate, or else the number of clients, grows from 1 to its value. */
  readonly rampMs: number;
}

/** When cycle `nth`, counted from 1, is due: milliseconds after the first. 0 without a rate. */
export function dueAfterMs({ ratePerSecond, rampMs }: LoadProfile, nth: number): number {
  if (ratePerSecond === undefined) return 0;
  const full = ratePerSecond / 1_000;
  const first = Math.min(full, 1 / 1_000);
  const before = nth - 1;
  const inRamp = ((first + full) / 2) * rampMs;
  if (before >= inRamp) return rampMs + (before - inRamp) / full;
  const steeper = (full - first) / (2 * rampMs);
  // Where cycles made up to t are first·t + steeper·t².
  return steeper === 0
    ? before / first
    : (Math.sqrt(first * first + 4 * steeper * before) - first) / (2 * steeper);
}

/** How many clients may be at work at a time, `elapsedMs` after the first began. */
export function clientsAfter({ ratePerSecond, concurrency, rampMs }: LoadProfile, elapsedMs: number): number {
  if (ratePerSecond !== undefined || elapsedMs >= rampMs) return concurrency;
  return 1 + Math.floor(((concurrency - 1) * elapsedMs) / rampMs);
}

/** The clock of a load over all its batches. It stands still between them: nothing is due while the server rests. */
export class LoadClock {
  readonly profile: LoadProfile;
  #begun = 0;
  #playedMs = 0;
  #sinceMs: number | undefined;

  constructor(profile: LoadProfile) {
    this.profile = profile;
  }

  play(nowMs: number): void {
    this.#sinceMs ??= nowMs;
  }

  pause(nowMs: number): void {
    this.#playedMs = this.#elapsedMs(nowMs);
    this.#sinceMs = undefined;
  }

  /** Milliseconds until the next cycle is due; below 0: it is late by so much. */
  untilNextMs(nowMs: number): number {
    if (this.profile.ratePerSecond === undefined) return 0;
    return dueAfterMs(this.profile, this.#begun + 1) - this.#elapsedMs(nowMs);
  }

  /** One more cycle begins. When it was due, on the clock of `nowMs`. */
  begin(nowMs: number): number {
    const dueMs = nowMs + this.untilNextMs(nowMs);
    this.#begun += 1;
    return dueMs;
  }

  clients(nowMs: number): number {
    return clientsAfter(this.profile, this.#elapsedMs(nowMs));
  }

  #elapsedMs(nowMs: number): number {
    return this.#playedMs + (this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs);
  }
}
