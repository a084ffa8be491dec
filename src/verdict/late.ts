import type { Evidence } from './evidence.js';

type Settling = Pick<Evidence['settled'], 'state' | 'lastChangeMs' | 'crowdGoneMs'>;

/**
 * Whether the server let the last connections go only long after the client had. Until then it has threads and buffers
 * of former cycles, so that what it holds between two rounds is no memory at rest. Threads that a runtime keeps for the
 * next client, as Ruby does for 3 s, are no crowd.
 */
export function closedLate({ state, lastChangeMs, crowdGoneMs = lastChangeMs }: Settling): boolean {
  return state === 'back' && crowdGoneMs >= LATE_MS;
}

/**
 * How long a further round has to wait for a server that comes to rest late, so that what it has then can be counted.
 * undefined where it is not late, or so late that the many rounds that memory takes would be minutes.
 */
export function lateRestMs(settled: Settling): number | undefined {
  const isAffordable = restsLate(settled) && settled.lastChangeMs < MAX_AFFORDABLE_MS;
  return isAffordable ? 2 * settled.lastChangeMs : undefined;
}

/**
 * How a further round comes to rest: where the server did so late, by waiting as long as it needed. undefined where that
 * would take too long: what it has then cannot be counted.
 */
export function lateRest(settled: Settling): LateRest | undefined {
  if (!restsLate(settled)) return {};
  const standsStillMs = lateRestMs(settled);
  if (standsStillMs !== undefined) return { standsStillMs };
  const backMs = BACK_FACTOR * settled.lastChangeMs;
  return backMs <= MAX_BACK_MS ? { backMs } : undefined;
}

/** Whether it had anything left so late, threads that a runtime keeps included. */
export function restsLate({ state, lastChangeMs }: Settling): boolean {
  return state === 'back' && lastChangeMs >= LATE_MS;
}

export interface LateRest {
  /** In which nothing may move. */
  readonly standsStillMs?: number;
  /** Until all has to be back. */
  readonly backMs?: number;
}

/** Longer than what a scheduler or a lingering close of some milliseconds explains. */
const LATE_MS = 500;
const MAX_AFFORDABLE_MS = 1_500;
const BACK_FACTOR = 1.5;
const MAX_BACK_MS = 12_000;
