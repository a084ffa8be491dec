import { formatCount, plural } from '../../units.js';
import type { GrowingKind, GrowthFinding } from '../../verdict/finding.js';
import { minutes, ratio, rounds } from '../counts.js';
import { reload } from './life.js';
import { type Explanation, inUnit, type ServerWords } from './words.js';

/** What is particular to one of the kinds that are told alike. */
interface OwnWords<F> extends Pick<ServerWords<F>, 'fault' | 'does' | 'cell' | 'next'> {
  readonly explanation: Explanation;
}

/** How growth is told of things that no name ties to a connection. `many` is what they are called. */
export function growthWords<K extends GrowingKind>(
  many: string,
  own: OwnWords<GrowthFinding<K>>,
): ServerWords<GrowthFinding<K>> {
  return {
    title: ({ count, perCycle, perMinute, stale }, { unit }) =>
      stale
        ? `${many}: ${formatCount(count)} more after ${plural(stale.reloads, 'reload')}, the old ones stay`
        : `${many}: ${formatCount(count)} more, ${ratio(perCycle, unit, perMinute)}`,
    cause: ({ stale }) => stale && 'workers of before a reload do not leave when new ones have come',
    advice: ({ stale }, { unit }) => stale && inUnit(reload.explanation.advice, unit),
    evidence: ({ kind, perRound, limit, connectionsLeft, minutesLeft, stale, hasTimeout }) => [
      stale
        ? `pids of old ones that are still there: ${stale.pids.slice(0, 8).join(', ')}`
        : `grew again in every confirming round:${rounds(perRound)}`,
      ...(limit !== undefined && connectionsLeft !== undefined
        ? [`limit ${limit}: reached after ${formatCount(connectionsLeft)} more connections`]
        : []),
      // A zombie waits for its parent, whatever time goes by.
      ...(hasTimeout && kind !== 'zombie' ? [OWN_TIMEOUT] : []),
      ...(limit !== undefined && minutesLeft !== undefined
        ? [`limit ${limit}: reached after ${minutes(minutesLeft)} more at this rate`]
        : []),
    ],
    isGrowth: true,
    ...own,
  };
}

/** What else it may be, where something in the server wakes by itself. */
export const OWN_TIMEOUT = 'or it closes only after its own timeout: --settle 2m tells';
