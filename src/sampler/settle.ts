import { setTimeout as sleep } from 'node:timers/promises';

/** What one look at the server tells while it settles. */
export interface Look {
  /** How much is still held that was not held before: sockets, processes, threads, queued connections. 0: all is back. */
  readonly outstanding: number;
  /** Equal texts: the very same things are held as before. */
  readonly fingerprint: string;
}

export interface SettleLimits {
  /** How long to wait for what does not move. */
  readonly settleMs: number;
  /** How long to wait for what still falls, however slowly. */
  readonly drainMs: number;
}

/**
 * - `back`: all is as it was before;
 * - `held`: the same things are held, unchanged, for as long as a wait can tell;
 * - `draining`: it still fell when the time was up.
 */
export type SettleState = 'back' | 'held' | 'draining';

export interface Settled {
  readonly state: SettleState;
  /** From the last cycle to the last change that was seen. */
  readonly lastChangeMs: number;
  readonly tookMs: number;
  /** Held things were called held early, as no thread of the server was going to wake up. */
  readonly asleep: boolean;
}

/**
 * Looks again and again, with a back-off capped at 100 ms, until the server is back where it was, or holds on.
 * A set that has not changed for a second is held if the whole server sleeps without a timeout; if something in it
 * will wake up, it has until `settleMs`. A set that keeps shrinking has until `drainMs`.
 */
export async function settle<L extends Look>(
  look: () => L,
  sleepsForGood: (last: L) => boolean,
  { settleMs, drainMs }: SettleLimits,
  signal: AbortSignal,
): Promise<{ readonly settled: Settled; readonly last: L }> {
  const startedAtMs = performance.now();
  let previous = look();
  let lastChangeMs = 0;
  for (let turn = 0; ; turn++) {
    const tookMs = performance.now() - startedAtMs;
    const unchangedMs = tookMs - lastChangeMs;
    const last = previous;
    const done = (state: SettleState, asleep = false) => ({
      settled: { state, lastChangeMs, tookMs, asleep },
      last,
    });
    if (previous.outstanding === 0) return done('back');
    if (signal.aborted) return done('draining');
    if (tookMs >= settleMs && unchangedMs >= Math.min(HELD_AFTER_MS, settleMs)) return done('held');
    if (tookMs >= Math.max(settleMs, drainMs)) return done('draining');
    if (unchangedMs >= HELD_AFTER_MS && sleepsForGood(last)) return done('held', true);
    await sleep(BACK_OFF_MS[turn] ?? 100, undefined, { signal }).catch(() => undefined);
    const next = look();
    if (next.fingerprint !== previous.fingerprint) lastChangeMs = performance.now() - startedAtMs;
    previous = next;
  }
}

const HELD_AFTER_MS = 1_000;
const BACK_OFF_MS = [0, 1, 1, 2, 2, 4, 8, 8, 16, 16, 32, 32, 64];
