import type { Evidence } from '../evidence.js';
import type { CheckResult } from '../finding.js';
import { closedLate } from '../late.js';
import { judgeMemory } from '../memory-trend.js';
import { isProven } from '../proven.js';

const STATUS = { flat: 'pass', suspect: 'undecided', grows: 'fail', unmeasured: 'not-measured' } as const;

/** Private memory per connection, by its trend over the rounds. */
export function checkMemory(evidence: Evidence): CheckResult {
  const { state, trend, perRound, grown, steady } = judgeMemory(evidence);
  const gone = evidence.departed.some(({ isRoot }) => isRoot);
  // What a server that closes late may still hold of former connections is noise, unless it rises all the time.
  const unrested = closedLate(evidence.settled) && !steady;
  const deferred = state === 'suspect' && (gone || isProven(evidence) || unrested);
  const status = deferred ? 'not-measured' : STATUS[state];
  const bound = trend ? Math.max(0, Math.round(trend.high)) : undefined;
  return {
    check: {
      kind: 'memory',
      status,
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
    notes: [
      ...(status === 'undecided' && bound !== undefined
        ? [{ note: 'memory-undecided', bound, cycles: cyclesToDecide(evidence.connections) } as const]
        : []),
      ...(status === 'not-measured' && unrested && isReadable(evidence)
        ? [{ note: 'memory-unrested' } as const]
        : []),
    ],
  };
}

function isReadable({ rounds }: Evidence): boolean {
  return rounds.some(({ anonBytes }) => anonBytes !== undefined);
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
