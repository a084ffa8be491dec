import type { Evidence } from '../evidence.js';
import type { CheckResult, MemoryFinding } from '../finding.js';
import { closedLate, lateRestMs } from '../late.js';
import { judgeMemory, type MemoryJudgement } from '../memory-trend.js';
import type { Note } from '../note.js';
import { isProven } from '../proven.js';

const STATUS = { flat: 'pass', suspect: 'undecided', grows: 'fail', unmeasured: 'not-measured' } as const;

/** Private memory per connection, by its trend over the rounds. */
export function checkMemory(evidence: Evidence): CheckResult {
  const memory = judgeMemory(evidence);
  const { state, perRound, steady } = memory;
  const gone = evidence.departed.some(({ isRoot }) => isRoot);
  const isAwaited = state !== 'unmeasured' && lateRestMs(evidence.settled) !== undefined;
  // What a server that closes late may still hold of former connections is noise, unless it rises all the time.
  const unrested = closedLate(evidence.settled) && !isAwaited && !steady;
  const deferred = state === 'suspect' && (gone || isProven(evidence) || unrested);
  const status = deferred ? 'not-measured' : STATUS[state];
  const bound = memory.bound === undefined ? undefined : Math.round(memory.bound);
  return {
    check: {
      kind: 'memory',
      status,
      before: privateBytes(evidence.baseline),
      after: privateBytes(evidence.after),
      perRound: state === 'flat' ? [] : perRound,
      bound,
    },
    findings: state === 'grows' ? growthFound(memory) : [],
    notes: [
      ...(status === 'undecided' ? [noteOfDoubt(bound, evidence)] : []),
      ...(status === 'not-measured' && unrested && isReadable(evidence)
        ? [{ note: 'memory-unrested' } as const]
        : []),
    ],
  };
}

/** What a JVM keeps in its heap says more than the room that the heap takes. */
function growthFound({ heap, trend, grown, perRound }: MemoryJudgement): MemoryFinding[] {
  const growth = heap?.rises ? heap : trend;
  if (!growth) return [];
  return [
    {
      kind: 'memory',
      severity: 'fail',
      count: heap?.rises ? heap.perRound.reduce((sum, bytes) => sum + bytes, 0) : grown,
      perCycle: Math.round(growth.slope),
      low: Math.round(growth.low),
      high: Math.round(growth.high),
      perRound: heap?.rises ? heap.perRound : perRound,
    },
  ];
}

function noteOfDoubt(bound: number | undefined, { connections }: Evidence): Note {
  const cycles = cyclesToDecide(connections);
  return bound === undefined
    ? { note: 'memory-uncollected', cycles }
    : { note: 'memory-undecided', bound, cycles };
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
