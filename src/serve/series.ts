/** What the server had open at one moment, and what its client held. */
export interface ServePoint {
  readonly atMs: number;
  readonly requests: number;
  readonly connections: number;
  readonly open: number;
  readonly busy: number;
  readonly idle: number;
  readonly closeWait: number;
  readonly dead: number;
  readonly clientFds: number;
}

/** At most `MOST_POINTS` points: when it is full, every second one goes. */
export class ServeSeries {
  #points: ServePoint[] = [];
  #stepMs = 0;

  add(point: ServePoint): void {
    const last = this.#points.at(-1);
    if (last && point.atMs - last.atMs < this.#stepMs) return;
    this.#points.push(point);
    if (this.#points.length < MOST_POINTS) return;
    this.#points = this.#points.filter((_, index) => index % 2 === 0);
    this.#stepMs = Math.max(2 * this.#stepMs, (2 * point.atMs) / MOST_POINTS);
  }

  points(): readonly ServePoint[] {
    return this.#points;
  }
}

const MOST_POINTS = 500;
