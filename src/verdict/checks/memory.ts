import type { Evidence } from '../evidence.js';
import type { CheckResult } from '../finding.js';
import { judgeMemory } from '../memory-trend.js';
import { isProven } from '../proven.js';

const STATUS = { flat: 'pass', suspect: 'undecided', grows: 'fail', unmeasured: 'not-measured' } as const;

/** Private memory per connection, by its trend over the rounds. */
export function checkMemory(evidence: Evidence): CheckResult {
  const { state, trend, perRound, grown } = judgeMemory(evidence);
  const gone = evidence.departed.some(({ isRoot }) => isRoot);
  const deferred = state === 'suspect' && (gone || isProven(evidence));
  const bound = trend ? Math.max(0, Math.round(trend.high)) : undefined;
  return {
    check: {
      kind: 'memory',
      status: deferred ? 'not-measured' : STATUS[state],
      before: privateBytes(evidence.baseline),
      after: privateBytes(evidence.after),
      perRound: state === 'flat' ? [] : perRound,
      bound,
    },
    findings:
      state === 'grows' && trend
        ? [
            {
              kind: 'memory',
              severity: 'fail',
              count: grown,
              perCycle: Math.round(trend.slope),
              low: Math.round(trend.low),
              high: Math.round(trend.high),
              perRound,
            },
          ]
        : [],
    notes:
      state === 'suspect' && !deferred && bound !== undefined
        ? [{ note: 'memory-undecided', bound, cycles: cyclesToDecide(evidence.connections) }]
        : [],
  };
}

/** Five times as many at least, as a power of ten: those that there were have not shown whether it levels off. */
function cyclesToDecide(connections: number): number {
  return Math.min(MOST_CYCLES, Math.max(LEAST_CYCLES, 10 ** Math.ceil(Math.log10(5 * connections))));
}

export function privateBytes(snapshot: Evidence['before']): number | undefined {
  const known = snapshot.processes.flatMap(({ anonBytes }) => anonBytes ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes, 0);
}

/** Enough for the heap of Node to come to its size, and to stay there. */
const LEAST_CYCLES = 100_000;
const MOST_CYCLES = 100_000_000;
