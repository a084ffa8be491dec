/**
 * A series of any length in at most so many points: when it is full every second one goes, and the step between two, in
 * whatever unit the owner counts, doubles.
 */
export class Series<T> {
  #points: T[] = [];
  readonly #most: number;
  #step: number;

  constructor(most: number, step: number) {
    this.#most = most;
    this.#step = step;
  }

  /** How far apart points should be from now on. */
  get step(): number {
    return this.#step;
  }

  add(point: T): void {
    this.#points.push(point);
    if (this.#points.length <= this.#most) return;
    this.#points = this.#points.filter((_, index) => index % 2 === 0);
    this.#step *= 2;
  }

  points(): readonly T[] {
    return this.#points;
  }
}
