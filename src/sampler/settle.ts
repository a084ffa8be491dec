import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../units.js';
import type { Due, Outlook } from './sleep.js';

/** What one look at the server tells while it settles. */
export interface Look {
  /** How much is still held that was not held before: sockets, processes, threads, queued connections. 0: all is back. */
  readonly outstanding: number;
  /** Equal texts: the very same things are held as before. */
  readonly fingerprint: string;
  /** It would be accused of what is outstanding, so whatever may still let go of it is waited for. */
  readonly isAccusing?: boolean;
  /** So little that it would have to come again before anybody is accused of it, and it is not waited for as long. */
  readonly isTrifle?: boolean;
}

export interface SettleLimits {
  /** How long to wait for what does not move. */
  readonly settleMs: number;
  /** How long to wait for what still falls, however slowly. */
  readonly drainMs: number;
  /** How long to wait for a thread that sleeps and will wake by itself. */
  readonly lateMs: number;
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
  readonly lastChangeMs: Milliseconds;
  /** Until it would be accused of nothing: what was left then are a few threads, which a runtime may keep for the next client. */
  readonly crowdGoneMs?: number;
  readonly tookMs: Milliseconds;
  /** Held things were called held early, as no thread of the server was going to wake up. */
  readonly asleep: boolean;
  /** Some thread sleeps in accept(2) or recv(2), and has not woken for as long as that was watched. */
  readonly unwoken?: boolean;
  /** Something in the server wakes by itself, later or again and again: it may have a timeout of its own. */
  readonly hasTimeout?: boolean;
}

/** How the server is asked what may still happen in it, and who is told what is waited for. */
export interface Foresight<L extends Look> {
  readonly outlook: (last: L, nowMs: number, untilMs: number) => Outlook;
  readonly onDue?: ((due: Due | undefined) => void) | undefined;
}

/**
 * Looks again and again, with a back-off capped at 100 ms, until the server is back where it was, or holds on.
 * A set that has not changed for a second is held if the whole server sleeps without a timeout, a little later if it
 * sleeps in accept(2) or recv(2); if something in it may wake up, it has until `settleMs`, and until `lateMs` where it
 * is seen to be due. A set that keeps shrinking has until `drainMs`.
 */
export async function settle<L extends Look>(
  look: () => L,
  { outlook, onDue }: Foresight<L>,
  { settleMs, drainMs, lateMs }: SettleLimits,
  signal: AbortSignal,
): Promise<{ readonly settled: Settled; readonly last: L }> {
  const startedAtMs = performance.now();
  const untilMs = startedAtMs + lateMs + Math.min(GRACE_MS, lateMs / 10);
  let previous = look();
  let lastChangeMs = 0;
  let crowdGoneMs = 0;
  let hasWaited = false;
  let dueAtMs = Number.NEGATIVE_INFINITY;
  let asked: { readonly outlook: Outlook; readonly freshUntilMs: number } | undefined;
  /** A server of a thousand threads takes a while to be asked, and it is there to come to rest. */
  const ask = (last: L) => {
    const nowMs = performance.now();
    if (asked && nowMs < asked.freshUntilMs) return asked.outlook;
    const fresh = outlook(last, nowMs, last.isAccusing ? untilMs : startedAtMs + settleMs);
    asked = { outlook: fresh, freshUntilMs: nowMs + 6 * (performance.now() - nowMs) };
    return fresh;
  };
  try {
    for (let turn = 0; ; turn++) {
      const tookMs = performance.now() - startedAtMs;
      const unchangedMs = tookMs - lastChangeMs;
      const last = previous;
      const done = (state: SettleState, seen?: Outlook, asleep = false) => ({
        settled: {
          ...{ state, lastChangeMs, crowdGoneMs, tookMs, asleep },
          ...(asleep && seen?.sleep === 'unwoken' && { unwoken: true }),
          ...(state === 'held' && seen?.hasTimeout && { hasTimeout: true }),
        },
        last,
      });
      if (previous.outstanding === 0) return done('back');
      if (signal.aborted) return done('draining');
      const seen = unchangedMs >= ASK_AFTER_MS ? ask(last) : undefined;
      const due = previous.isAccusing ? seen?.due : undefined;
      if (due) dueAtMs = tookMs;
      // A thread whose time has just run out is awake, or has not gone to sleep again.
      const mayBeDue = tookMs - dueAtMs <= AWAKE_MS && previous.isAccusing;
      if (!mayBeDue && tookMs >= settleMs && unchangedMs >= Math.min(HELD_AFTER_MS, settleMs))
        return done('held', seen);
      hasWaited ||= due !== undefined && tookMs >= settleMs;
      if (!mayBeDue && tookMs >= Math.max(settleMs, drainMs) + (hasWaited ? lateMs : 0))
        return done('draining');
      if (previous.isTrifle && unchangedMs >= TRIFLE_HELD_AFTER_MS) return done('held', seen);
      if (seen && isAtRest(seen, unchangedMs, startedAtMs + tookMs)) return done('held', seen, true);
      onDue?.(due && unchangedMs >= HELD_AFTER_MS ? due : undefined);
      await sleep(BACK_OFF_MS[turn] ?? 100, undefined, { signal }).catch(() => undefined);
      const next = look();
      if (next.fingerprint !== previous.fingerprint) lastChangeMs = performance.now() - startedAtMs;
      if (previous.isAccusing) crowdGoneMs = performance.now() - startedAtMs;
      previous = next;
    }
  } finally {
    onDue?.(undefined);
  }
}

function isAtRest({ sleep, unwokenSinceMs }: Outlook, unchangedMs: number, nowMs: number): boolean {
  if (sleep === 'unknown') return false;
  if (sleep === 'for-good') return unchangedMs >= HELD_AFTER_MS;
  return unchangedMs >= UNWOKEN_AFTER_MS && nowMs - unwokenSinceMs >= UNWOKEN_AFTER_MS - 2 * ASK_AFTER_MS;
}

const HELD_AFTER_MS = 1_000;
/** SO_RCVTIMEO of up to a second is seen to wake a thread meanwhile. */
const UNWOKEN_AFTER_MS = 1_200;
const TRIFLE_HELD_AFTER_MS = 1_500;
const ASK_AFTER_MS = 100;
const AWAKE_MS = 500;
/** For what a thread does when it has woken, and for the beginning of its sleep. */
const GRACE_MS = 2_000;
const BACK_OFF_MS = [0, 1, 1, 2, 2, 4, 8, 8, 16, 16, 32, 32, 64];
