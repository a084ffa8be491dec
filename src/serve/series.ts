import { type Account, SUMMED, type Visit } from './account.js';
import { withdrawWaste } from './waste.js';

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

/** At most `MAX_POINTS` points: when it is full, every second one goes. */
export class ServeSeries {
  #points: ServePoint[] = [];
  #stepMs = 0;

  add(point: ServePoint): void {
    const last = this.#points.at(-1);
    if (last && point.atMs - last.atMs < this.#stepMs) return;
    this.#points.push(point);
    if (this.#points.length < MAX_POINTS) return;
    this.#points = this.#points.filter((_, index) => index % 2 === 0);
    this.#stepMs = Math.max(2 * this.#stepMs, (2 * point.atMs) / MAX_POINTS);
  }

  points(): readonly ServePoint[] {
    return this.#points;
  }
}

const MAX_POINTS = 500;

/**
 * Books an open connection to somebody else, with all that it has done so far. Requests under way at a time cannot be
 * taken back, which errs in favour of the client; of connections at a time the one is taken off that has gone.
 */
export function moveVisit(visit: Visit, to: Account): void {
  const { account: from, port } = visit;
  if (visit.isOver || from === to) return;
  for (const what of SUMMED) {
    from[what] -= visit[what];
    to[what] += visit[what];
  }
  from.connections--;
  to.connections++;
  from.open--;
  to.open++;
  from.busy -= visit.busy;
  to.busy += visit.busy;
  if (from.idleOf(port).delete(visit)) {
    from.idleNow--;
    to.idleNow++;
    to.idleOf(port).add(visit);
    from.peakIdleAtOnce = Math.max(from.idleNow, from.peakIdleAtOnce - 1);
  }
  from.peakOpen = Math.max(from.open, from.peakOpen - 1);
  to.peakOpen = Math.max(to.peakOpen, to.open);
  to.peakBusy = Math.max(to.peakBusy, to.busy);
  to.peakIdleAtOnce = Math.max(to.peakIdleAtOnce, to.idleNow);
  visit.account = to;
  withdrawWaste(visit, from);
}
