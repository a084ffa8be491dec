import { Series } from '../sampler/series.js';
import { Account, newVisit, type Summed, type Visit } from './account.js';
import { moveVisit, Waste } from './waste.js';

/** A pool that closes what has been idle for so long is tidy; one that closes at once makes no use of it. */
const TIDY_MS = 1_000;

/** What is open now, of one client. */
export interface OpenNow {
  readonly open: number;
  readonly busy: number;
  /** Idle for at least the time that was asked for. */
  readonly idle: number;
  readonly mostIdleOnOnePort: number;
  readonly longestIdleMs: number;
  /** Longest that an answer has been owed. */
  readonly longestBusyMs: number;
  /** Connections whose answer is owed for longer than was asked for, or was broken off so long ago. */
  readonly overdue: number;
}

/**
 * Keeps book of every connection, event by event. Time is handed in. Memory: one small object for each open
 * connection, nothing for those that are over.
 */
export class ConnectionLog {
  readonly visits = new Set<Visit>();
  readonly accounts = new Map<string, Account>();
  /** Those who came although another client is followed: nobody judges them. */
  readonly others = new Account('others');
  /** How many connections were open at a request, of all clients together. */
  readonly curve = new Series<readonly [requests: number, open: number]>(MAX_POINTS, 1);
  #requests = 0;
  readonly waste = new Waste();
  readonly idlePeaks = new IdlePeaks();
  readonly overdue = new Overdue();
  /** Of any sort: to see whether something is still coming in. */
  events = 0;
  /** Connections that this server did not take, because it had no descriptors left for them. */
  dropped = 0;

  account(name: string): Account {
    const known = this.accounts.get(name);
    if (known) return known;
    const fresh = new Account(name);
    this.accounts.set(name, fresh);
    return fresh;
  }

  /** It was accepted now, and opened at some time after `openedAfterMs`. */
  open(account: Account, port: number, remotePort: number, nowMs: number, openedAfterMs = nowMs): Visit {
    this.events++;
    const visit = newVisit(port, remotePort, account, nowMs, openedAfterMs);
    this.visits.add(visit);
    account.connections++;
    account.open++;
    account.peakOpen = Math.max(account.peakOpen, account.open);
    this.waste.opened(visit, nowMs);
    return visit;
  }

  /** So many connections of a client wait to be accepted: they are in use as well. */
  waits(name: string, waiting: number): void {
    const account = this.account(name);
    account.peakBusy = Math.max(account.peakBusy, account.busy + waiting);
  }

  request(visit: Visit, asksToClose: boolean, nowMs: number): void {
    const { account } = visit;
    this.events++;
    this.#endIdle(visit, nowMs);
    count(visit, 'requests');
    visit.busy++;
    visit.mayReuse = false;
    visit.busySinceMs = nowMs;
    visit.busyAfterMs = this.overdue.earliest(visit);
    account.busy++;
    if (asksToClose) count(visit, 'askedToClose');
    account.peakBusy = Math.max(account.peakBusy, account.busy);
    if (account !== this.others && ++this.#requests % this.curve.step === 0)
      this.curve.add([this.#requests, this.visits.size - this.others.open]);
  }

  /** The handshake of TLS failed: that is what should come of it. */
  refusedTls(visit: Visit, nowMs: number): void {
    count(visit, 'refusedTls');
    this.failed(visit, nowMs);
  }

  /** What came is no request. */
  garbled(visit: Visit): void {
    count(visit, 'garbage');
  }

  /** `offersMore`: the answer told the client that the connection stays open. `declined`: it had asked not to. */
  answered(visit: Visit, offersMore: boolean, declined: boolean): void {
    count(visit, 'answered');
    visit.mayReuse = offersMore;
    if (offersMore) count(visit, 'offered');
    if (declined) this.waste.discarded(visit, visit.answeredAtMs ?? visit.openedAtMs);
    // Of a long answer its client may have the end, and close, before we hear that all of it is on its way.
    const { account, port, endedBy, endedAtMs, hadLongAnswer } = visit;
    if (!offersMore || !hadLongAnswer || endedBy !== 'client') return;
    const [other] = account.idleOf(port);
    this.waste.discarded(visit, endedAtMs ?? 0, other);
  }

  /** No answer will come, or no whole one. */
  failed(visit: Visit, nowMs: number): void {
    count(visit, 'failed');
    visit.failedAtMs ??= nowMs;
  }

  /** The exchange is over and whatever else was ready has been looked at: the connection has nothing to do. */
  rests(visit: Visit, nowMs: number): void {
    if (visit.busy === 0) return;
    visit.busy--;
    visit.account.busy--;
    if (visit.busy > 0) return;
    visit.busySinceMs = undefined;
    if (visit.isOver || visit.failedAtMs !== undefined || visit.endedBy !== undefined) return;
    visit.idleSinceMs = nowMs;
    if (!visit.mayReuse) return;
    const { account, port } = visit;
    account.idleOf(port).add(visit);
    account.idleNow++;
    account.peakIdleAtOnce = Math.max(account.peakIdleAtOnce, account.idleNow);
  }

  /** Somebody ended it; only the first one counts. */
  ended(visit: Visit, by: NonNullable<Visit['endedBy']>, nowMs: number): void {
    if (visit.endedBy !== undefined) return;
    // Where others are about, what was gone before anybody could look is not held against the client.
    const isShort = nowMs - visit.openedAtMs < TIDY_MS;
    if (visit.isUntold && isShort && this.others.connections > 0) moveVisit(visit, this.others);
    this.events++;
    if (visit.idleSinceMs !== undefined) this.idlePeaks.ends(visit.account, this.visits, nowMs);
    if (by !== 'server') this.overdue.ends(visit, this.visits, this.others.connections > 0, nowMs);
    visit.endedBy = by;
    visit.endedAtMs = nowMs;
    const { account, port } = visit;
    count(visit, by === 'server' ? 'endedByServer' : 'endedByClient');
    if (by === 'reset') count(visit, 'resets');
    const idleMs = visit.idleSinceMs === undefined ? 0 : nowMs - visit.idleSinceMs;
    this.#takeFromIdle(visit);
    // A pool that is full closes what is too much, and keeps others.
    const [other] = account.idleOf(port);
    // What resets a connection may have left an answer unread, and could not have used it again.
    const isUsable = visit.mayReuse && !(by === 'reset' && visit.hadLongAnswer);
    if (by !== 'server' && isUsable && idleMs < TIDY_MS) this.waste.discarded(visit, nowMs, other);
  }

  closed(visit: Visit, nowMs: number): void {
    if (visit.isOver) return;
    this.ended(visit, 'client', nowMs);
    this.#endIdle(visit, nowMs);
    visit.isOver = true;
    visit.waste = undefined;
    visit.account.open--;
    visit.account.busy -= visit.busy;
    visit.busy = 0;
    this.visits.delete(visit);
  }

  /** `withUntold`: also those that may turn out to be somebody else's. */
  now(account: Account, atMs: number, idleForMs: number, overdueMs: number, withUntold = true): OpenNow {
    const byPort = new Map<number, number>();
    let idle = 0;
    let longestIdleMs = 0;
    let longestBusyMs = 0;
    let overdue = 0;
    for (const visit of this.visits) {
      if (visit.account !== account || visit.endedBy !== undefined) continue;
      if (!withUntold && visit.isUntold) continue;
      const owedSinceMs = visit.failedAtMs ?? visit.busySinceMs;
      if (owedSinceMs !== undefined) {
        longestBusyMs = Math.max(longestBusyMs, atMs - owedSinceMs);
        if (atMs - owedSinceMs > overdueMs) overdue++;
      }
      const sinceMs = visit.idleSinceMs ?? (visit.requests === 0 ? visit.openedAtMs : undefined);
      if (sinceMs === undefined || owedSinceMs !== undefined || atMs - sinceMs < idleForMs) continue;
      idle++;
      byPort.set(visit.port, (byPort.get(visit.port) ?? 0) + 1);
      longestIdleMs = Math.max(longestIdleMs, atMs - sinceMs);
    }
    const mostIdleOnOnePort = Math.max(0, ...byPort.values());
    const { open, busy } = account;
    return { open, busy, idle, mostIdleOnOnePort, longestIdleMs, longestBusyMs, overdue };
  }

  #endIdle(visit: Visit, nowMs: number): void {
    if (visit.idleSinceMs === undefined) return;
    const idleMs = nowMs - visit.idleSinceMs;
    visit.account.longestIdleMs = Math.max(visit.account.longestIdleMs, idleMs);
    visit.idleSinceMs = undefined;
    this.#takeFromIdle(visit);
  }

  #takeFromIdle(visit: Visit): void {
    if (visit.account.idleOf(visit.port).delete(visit)) visit.account.idleNow--;
  }
}

function count(visit: Visit, what: Summed): void {
  visit[what]++;
  visit.account[what]++;
}

const MAX_POINTS = 400;

/**
 * Answers that a client has waited for beyond its patience, when it ends the connection at last. A look now and then may
 * miss those between two looks, and on a machine without CPU there may be none at all. That a connection has ended is heard
 * late there, too: it was alive when this server's loop came round before the last time, and more is not known for sure.
 */
class Overdue {
  patienceMs: number | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  #beforeMs = Number.NEGATIVE_INFINITY;
  /** Accounts that were counted since the loop last came round: many end together when a client ends. */
  readonly #counted = new Set<Account>();

  /** The loop has come round: what has ended until the last time was heard. */
  mark(nowMs: number): void {
    this.#beforeMs = this.#lastMs;
    this.#lastMs = nowMs;
    this.#counted.clear();
  }

  /** `areOthersAbout`: then a connection may turn out to be somebody else's. */
  ends(visit: Visit, visits: Iterable<Visit>, areOthersAbout: boolean, nowMs: number): void {
    const { account } = visit;
    if (!this.#isPerhapsOverdue(visit, nowMs)) return;
    if (!this.#isOverdue(visit, this.#beforeMs) || (visit.isUntold && areOthersAbout)) {
      account.perhapsOverdue++;
      return;
    }
    if (this.#counted.has(account)) return;
    this.#counted.add(account);
    const overdue = [...visits].filter(
      other =>
        other.account === account &&
        other.endedBy === undefined &&
        !(other.isUntold && areOthersAbout) &&
        this.#isOverdue(other, this.#beforeMs),
    );
    account.peakOverdue = Math.max(account.peakOverdue, overdue.length);
    const owedMs = overdue.map(other => this.#beforeMs - (owedSince(other) ?? this.#beforeMs));
    account.longestOwedMs = owedMs.reduce((longest, ms) => Math.max(longest, ms), account.longestOwedMs);
  }

  /** A request that is read now had not come when the loop came round before the last time; a first one may have waited longer. */
  earliest({ requests, openedAfterMs }: Visit): number {
    const heldMs = requests <= 1 ? MAX_HELD_MS : 0;
    return Math.max(openedAfterMs, this.#beforeMs - heldMs);
  }

  #isPerhapsOverdue(visit: Visit, atMs: number): boolean {
    if (this.patienceMs === undefined || owedSince(visit) === undefined) return false;
    return atMs - (visit.failedAtMs ?? visit.busyAfterMs) > this.patienceMs;
  }

  #isOverdue(visit: Visit, atMs: number): boolean {
    const sinceMs = owedSince(visit);
    return this.patienceMs !== undefined && sinceMs !== undefined && atMs - sinceMs > this.patienceMs;
  }
}

function owedSince({ failedAtMs, busySinceMs }: Visit): number | undefined {
  return failedAtMs ?? busySinceMs;
}

/** No connection is read while its owner is looked for. */
const MAX_HELD_MS = 300;

/** What has been idle for so long is not about to be closed or used. */
export const SETTLED_MS = 250;

interface Peak {
  readonly account: Account;
  /** Each with its requests until then: one that has another was in use, and this server late to hear of it. */
  readonly idle: ReadonlyArray<readonly [visit: Visit, requests: number]>;
}

/**
 * The most idle connections at a time, by the events themselves: the number is highest just before one of them ends.
 * Whoever looks now and then may come too late, when all are gone.
 */
class IdlePeaks {
  readonly #peaks = new Map<Account, Peak>();

  /** One that was idle is about to end. Of those that end together the first one tells. */
  ends(account: Account, visits: Iterable<Visit>, nowMs: number): void {
    if (this.#peaks.has(account)) return;
    const idle = [...visits].filter(visit => visit.account === account && isSettled(visit, nowMs));
    if (idle.length > account.peakIdle)
      this.#peaks.set(account, { account, idle: idle.map(visit => [visit, visit.requests]) });
  }

  /** What else had come by then has been heard. Where strangers are about, those of whom nothing is known do not count. */
  settle(areStrangersAbout: boolean): void {
    for (const { account, idle } of this.#peaks.values()) {
      const still = idle.filter(
        ([visit, requests]) =>
          visit.account === account && visit.requests === requests && !(areStrangersAbout && visit.isUntold),
      );
      const byPort = new Map<number, number>();
      for (const [{ port }] of still) byPort.set(port, (byPort.get(port) ?? 0) + 1);
      account.peakIdle = Math.max(account.peakIdle, still.length);
      account.peakIdleOnOnePort = Math.max(account.peakIdleOnOnePort, ...byPort.values());
    }
    this.#peaks.clear();
  }
}

function isSettled({ endedBy, busy, failedAtMs, idleSinceMs }: Visit, nowMs: number): boolean {
  if (endedBy !== undefined || busy > 0 || failedAtMs !== undefined) return false;
  return idleSinceMs !== undefined && nowMs - idleSinceMs >= SETTLED_MS;
}
