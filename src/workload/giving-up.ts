import type { FailureKind, StopReason, Tally } from './tally.js';

/** Why no further cycles are made after one has failed in this way; undefined: go on. */
export function reasonToStop(
  kind: FailureKind,
  tally: Tally,
  deadlinesInARow: number,
): StopReason | undefined {
  switch (kind) {
    case 'own-ports':
    case 'own-fds':
      return kind;
    case 'untrusted':
      return 'untrusted';
    case 'tls':
      return tally.completed === 0 ? 'no-tls' : undefined;
    case 'unanswered':
    case 'unexpected': {
      // A server that never answered is not asked a thousand times; one that did gets two more chances.
      const failed = (tally.failures.unanswered ?? 0) + (tally.failures.unexpected ?? 0);
      return failed >= (tally.answered === 0 ? 1 : MOST_UNANSWERED) ? 'unanswered' : undefined;
    }
    case 'timeout':
      return deadlinesInARow >= MOST_DEADLINES ? 'deadlines' : undefined;
    case 'refused':
    case 'reset':
    case 'other':
      return undefined;
  }
}

const MOST_DEADLINES = 3;
const MOST_UNANSWERED = 3;
