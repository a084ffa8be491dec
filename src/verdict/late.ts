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

/** Longer than what a scheduler or a lingering close of some milliseconds explains. */
const LATE_MS = 500;
