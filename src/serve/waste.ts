import type { Account, Visit } from './account.js';

/** A connection that may have been opened for nothing: a usable one was there. What comes next decides. */
interface Doubt {
  readonly visit: Visit;
  readonly account: Account;
  readonly why: 'besideIdle' | 'afterClose';
  /** The one that could have been used, or that was idle when the one that could have been used was closed. */
  readonly other: Visit | undefined;
  readonly requestsOfOther: number;
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
    const [oldest] = account.idleOf(port);
    if (oldest?.idleSinceMs !== undefined && oldest.idleSinceMs + IDLE_ENOUGH_MS <= visit.openedAfterMs) {
      this.#doubt(visit, 'besideIdle', oldest, nowMs, nowMs);
      return;
    }
    const discarded = account.discardedOf(port);
    const [first] = discarded;
    if (first === undefined || first.answeredAtMs > visit.openedAfterMs) return;
    discarded.shift();
    this.#doubt(visit, 'afterClose', first.other, first.atMs, nowMs);
  }

  /** A client closed a connection that it could have used again, as soon as it was answered, or asked to. */
  discarded({ account, port, answeredAtMs }: Visit, atMs: number, other?: Visit | undefined): void {
    const discarded = account.discardedOf(port);
    if (discarded.length < MOST_DISCARDED)
      discarded.push({ answeredAtMs: answeredAtMs ?? atMs, atMs, other });
  }

  /** Decides those that have waited for long enough; without a time, all. */
  settle(nowMs = Number.POSITIVE_INFINITY): void {
    for (let [first] = this.#doubts; first !== undefined && first.dueAtMs <= nowMs; [first] = this.#doubts) {
      this.#doubts.shift();
      if (!isCleared(first)) count(first);
    }
  }

  #doubt(visit: Visit, why: Doubt['why'], other: Visit | undefined, sinceMs: number, nowMs: number): void {
    const requestsOfOther = other?.requests ?? 0;
    const { account } = visit;
    this.#doubts.push({ visit, account, why, other, requestsOfOther, sinceMs, dueAtMs: nowMs + DOUBT_MS });
  }
}

/** Both remember it, for the case that one of them turns out to be somebody else's. */
function count({ visit, account, why, other }: Doubt): void {
  account[why]++;
  if (!visit.isOver) visit.waste = { why, other };
  if (!other || other.isOver) return;
  other.blame ??= { besideIdle: 0, afterClose: 0 };
  other.blame[why]++;
}

/** Whose they are has turned out otherwise; it was used after all; or it is what a pool keeps, that was full when it closed another one. */
function isCleared({ visit, account, why, other, requestsOfOther, sinceMs }: Doubt): boolean {
  if (visit.account !== account) return true;
  if (other === undefined) return false;
  if (other.account !== account) return true;
  if (other.requests > requestsOfOther) return true;
  const keptMs = (other.endedAtMs ?? Number.POSITIVE_INFINITY) - sinceMs;
  return why === 'afterClose' && keptMs >= IDLE_ENOUGH_MS;
}

/** How long a connection has to be idle before another one beside it is a waste: less may be the client's own delay. */
const IDLE_ENOUGH_MS = 20;
const DOUBT_MS = 100;
const MOST_DISCARDED = 10_000;
