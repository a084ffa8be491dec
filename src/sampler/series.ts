import type { Point } from './point.js';

/** Most points that a report holds. */
const MOST_POINTS = 2_000;

/** Keeps a series of any length within `MOST_POINTS`: when it is full every second point goes, and the step doubles. */
export class Series {
  #points: Point[] = [];
  #stepMs: number;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  get stepMs(): number {
    return this.#stepMs;
  }

  add(point: Point): void {
    this.#points.push(point);
    if (this.#points.length <= MOST_POINTS) return;
    this.#points = this.#points.filter((_, index) => index % 2 === 0);
    this.#stepMs *= 2;
  }

  points(): readonly Point[] {
    return this.#points;
  }
}
