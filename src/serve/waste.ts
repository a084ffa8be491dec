import { type Account, SUMMED, type Visit } from './account.js';

/** A connection that may have been opened for nothing: a usable one was there. What comes next decides. */
interface Doubt {
  readonly visit: Visit;
  readonly account: Account;
  readonly why: 'besideIdle' | 'afterClose';
  /** The one that could have been used, or that was idle when the one that could have been used was closed. */
  readonly other: Visit | undefined;
  readonly requestsOfOther: number;
  /** This server came so late to accept it that the other one may have been in use when it was opened. */
  readonly isLate: boolean;
  readonly sinceMs: number;
  readonly dueAtMs: number;
}

/**
 * Counts connections that were opened for nothing. It goes by when a connection was opened, not by when this server came
 * to accept it, and waits a moment before it counts one: a client that lacks CPU may have chosen the idle connection
 * for another request already.
 */
export class Waste {
  readonly #doubts: Doubt[] = [];

  opened(visit: Visit, nowMs: number): void {
    const { account, port } = visit;
    const isLate = nowMs - visit.openedAfterMs >= LATE_MS;
    const oldest = idleBefore(visit);
    const other = oldest ?? (isLate ? idleBefore(visit, nowMs) : undefined);
    if (other) {
      this.#doubt(visit, 'besideIdle', other, nowMs, nowMs, oldest === undefined);
      return;
    }
    const discarded = account.discardedOf(port);
    const [first] = discarded;
    if (first === undefined) return;
    const isSure = first.answeredAtMs <= visit.openedAfterMs;
    if (!isSure && !isLate) return;
    discarded.shift();
    this.#doubt(visit, 'afterClose', first.other, first.atMs, nowMs, !isSure);
  }

  /** A client closed a connection that it could have used again, as soon as it was answered, or asked to. */
  discarded({ account, port, answeredAtMs }: Visit, atMs: number, other?: Visit | undefined): void {
    const discarded = account.discardedOf(port);
    if (discarded.length < MAX_DISCARDED) discarded.push({ answeredAtMs: answeredAtMs ?? atMs, atMs, other });
  }

  /** Decides those that have waited for long enough; without a time, all. */
  settle(nowMs = Number.POSITIVE_INFINITY): void {
    for (let [first] = this.#doubts; first !== undefined && first.dueAtMs <= nowMs; [first] = this.#doubts) {
      this.#doubts.shift();
      const { visit, account, why } = first;
      const wasOthers = first.other !== undefined && first.other.account !== account;
      const other = wasOthers ? idleBefore(visit) : first.other;
      if (visit.account !== account || (wasOthers && !other)) continue;
      if (isCleared({ ...first, other })) continue;
      if (first.isLate) account.perhapsWasted++;
      else countWaste(visit, why, other);
    }
  }

  #doubt(
    visit: Visit,
    why: Doubt['why'],
    other: Visit | undefined,
    sinceMs: number,
    nowMs: number,
    isLate: boolean,
  ): void {
    const requestsOfOther = other?.requests ?? 0;
    const { account } = visit;
    const dueAtMs = nowMs + DOUBT_MS;
    this.#doubts.push({ visit, account, why, other, requestsOfOther, sinceMs, dueAtMs, isLate });
  }
}

/** Both remember it, for the case that one of them turns out to be somebody else's. */
function countWaste(visit: Visit, why: Doubt['why'], other: Visit | undefined): void {
  visit.account[why]++;
  if (!visit.isOver) visit.waste = { why, other };
  if (!other || other.isOver) return;
  other.blame ??= { besideIdle: 0, afterClose: 0 };
  other.blame[why]++;
  other.beside ??= [];
  if (why === 'besideIdle' && other.beside.length < MAX_BESIDE) other.beside.push(visit);
}

/** The connection that was idle for long enough when this one was opened: that for longest, as far as it is idle still. */
function idleBefore({ account, port, openedAfterMs }: Visit, atMs = openedAfterMs): Visit | undefined {
  const [oldest] = account.idleOf(port);
  if (oldest?.idleSinceMs === undefined) return undefined;
  return oldest.idleSinceMs + IDLE_ENOUGH_MS <= atMs ? oldest : undefined;
}

/** Neither was it opened for nothing, beside one of the client; nor one of the client beside it, unless beside others too. */
function withdrawWaste(visit: Visit, from: Account): void {
  const { waste, blame, beside = [] } = visit;
  if (waste && (waste.other === undefined || waste.other.account === from)) {
    from[waste.why]--;
    if (waste.other?.blame) waste.other.blame[waste.why]--;
  }
  from.besideIdle -= blame?.besideIdle ?? 0;
  from.afterClose -= blame?.afterClose ?? 0;
  visit.waste = undefined;
  visit.blame = undefined;
  visit.beside = undefined;
  for (const opened of beside) {
    if (opened.account !== from || opened === visit) continue;
    const other = idleBefore(opened);
    if (other && other !== opened) countWaste(opened, 'besideIdle', other);
  }
}

/** Whose they are has turned out otherwise; it was used after all; or it is what a pool keeps, that was full when it closed another one. */
function isCleared({ account, why, other, requestsOfOther, sinceMs }: Doubt): boolean {
  if (other === undefined) return false;
  if (other.account !== account) return true;
  if (other.requests > requestsOfOther) return true;
  const keptMs = (other.endedAtMs ?? Number.POSITIVE_INFINITY) - sinceMs;
  return why === 'afterClose' && keptMs >= IDLE_ENOUGH_MS;
}

/** How long a connection has to be idle before another one beside it is a waste: less may be the client's own delay. */
const IDLE_ENOUGH_MS = 20;
const DOUBT_MS = 100;
/** When a connection was opened is known to 10 ms, but by a server that lacks CPU. */
const LATE_MS = 30;
const MAX_BESIDE = 1_000;
const MAX_DISCARDED = 10_000;

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
