import type { Evidence } from './evidence.js';
import { CENSUS_KEYS } from './evidence.js';
import { hasKeptGauge } from './gauges.js';
import { growthOf } from './recurrence.js';

/**
 * Whether a leak is proved: forgotten connections by their ports, growth that recurred, or a number of the
 * server's own that does not come back. What else grows then may be
 * its company (buffers, stacks, table entries), so no further cycles are spent on it: when the leak is mended, a new
 * run will tell.
 */
export function isProven(evidence: Evidence): boolean {
  return (
    hasForgottenConnections(evidence) ||
    CENSUS_KEYS.some(key => growthOf(evidence, key).recurrence === 'recurs') ||
    hasKeptGauge(evidence)
  );
}

/** Connections of ours that are held, and do not move. */
export function hasForgottenConnections({ settled, held, outside }: Evidence): boolean {
  return settled.state === 'held' && (outside.length > 0 || held.some(({ role }) => role === 'connection'));
}
