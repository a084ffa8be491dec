import type { Account, Visit } from './account.js';

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
export class IdlePeaks {
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
