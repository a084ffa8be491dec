import type { Evidence } from './evidence.js';

/**
 * Whether the server let the last connection go only long after the client had. Until then it has threads and buffers
 * of former cycles, so that what it holds between two rounds is no memory at rest.
 */
export function closedLate({
  state,
  lastChangeMs,
}: Pick<Evidence['settled'], 'state' | 'lastChangeMs'>): boolean {
  return state === 'back' && lastChangeMs >= LATE_MS;
}

/**
 * How long a further round has to wait for a server that closes late, so that what it holds then is memory at rest.
 * undefined where it is not late, or so late that the many rounds that memory takes would be minutes.
 */
export function lateRestMs(settled: Pick<Evidence['settled'], 'state' | 'lastChangeMs'>): number | undefined {
  const isAffordable = closedLate(settled) && settled.lastChangeMs < MOST_AFFORDABLE_MS;
  return isAffordable ? 2 * settled.lastChangeMs : undefined;
}

/** Longer than what a scheduler or a lingering close of some milliseconds explains. */
const LATE_MS = 500;
const MOST_AFFORDABLE_MS = 1_500;
