/** How many connections were open at each request; when there are too many points, every second one goes. */
export class Curve {
  #points: Array<readonly [requests: number, open: number]> = [];
  #step = 1;

  add(requests: number, open: number): void {
    if (requests % this.#step !== 0) return;
    this.#points.push([requests, open]);
    if (this.#points.length < MOST_POINTS) return;
    this.#step *= 2;
    this.#points = this.#points.filter(([at]) => at % this.#step === 0);
  }

  points(): ReadonlyArray<readonly [requests: number, open: number]> {
    return this.#points;
  }
}

const MOST_POINTS = 400;
