import { type Account, SUMMED, type Visit } from './account.js';
import { withdrawWaste } from './waste.js';

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
