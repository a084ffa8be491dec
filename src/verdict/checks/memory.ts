import type { PendingTimer } from '../../sampler/sleep.js';
import type { Evidence } from '../evidence.js';
import type { CheckResult, MemoryFinding } from '../finding.js';
import { closedLate, lateRestMs } from '../late.js';
import type { MemoryJudgement } from '../memory-judgement.js';
import { hasHeap } from '../memory-profiles.js';
import { judgeMemory } from '../memory-trend.js';
import type { Note } from '../note.js';
import { isProven } from '../proven.js';

const STATUS = { flat: 'pass', suspect: 'undecided', grows: 'fail', unmeasured: 'undecided' } as const;

/** Private memory per connection, by its trend over the rounds. */
export function checkMemory(evidence: Evidence): CheckResult {
  const memory = judgeMemory(evidence);
  const { state, perRound, steady } = memory;
  const gone = evidence.departed.some(({ isRoot }) => isRoot);
  const isAwaited = state !== 'unmeasured' && lateRestMs(evidence.settled) !== undefined;
  // What a server that closes late may still hold of former connections is noise, unless it rises all the time.
  const isInDoubt = state === 'suspect' || state === 'unmeasured';
  const unrested = isInDoubt && closedLate(evidence.settled) && !isAwaited && !steady;
  // Where it cannot be read, or a fault is proved already, it is left alone; else what was not decided is a doubt.
  const deferred = isInDoubt && (gone || isProven(evidence));
  const { checker } = evidence;
  const isForSomebodyElse = !isReadable(evidence) && (checker?.isHeard ?? true);
  const isSilent = deferred || isForSomebodyElse;
  const status = isSilent ? 'not-measured' : STATUS[state];
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
      ...(checker
        ? [{ note: 'memory-checked', checker } as const]
        : status === 'undecided'
          ? [unrested ? ({ note: 'memory-unrested' } as const) : noteOfDoubt(memory, evidence)]
          : []),
      ...notesOfHeap(status, memory, evidence),
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

/** How the heap itself was read, where that decided it; why it was not, where that might have. */
function notesOfHeap(
  status: CheckResult['check']['status'],
  memory: MemoryJudgement,
  evidence: Evidence,
): Note[] {
  const { readings = [], refused } = evidence.own?.liveHeap ?? {};
  const { heap } = memory;
  if (status === 'pass' && readings.length > 0 && heap) {
    const [from, to] = heap.span;
    return [{ note: 'heap-read', from, to, low: Math.round(heap.low), high: Math.round(heap.high) }];
  }
  return status === 'undecided' && refused !== undefined ? [{ note: 'heap-unread', why: refused }] : [];
}

function noteOfDoubt(memory: MemoryJudgement, { connections, runtime, own }: Evidence): Note {
  const { state, bound, trend, grownInAll, thresholds, timer, heap } = memory;
  if (timer) return timerInDoubt(memory, timer);
  if (own?.liveHeap && heap && heap.slope >= 1) {
    const cycles = cyclesToDecide(connections);
    return { note: 'heap-rises', perCycle: Math.round(heap.slope), to: heap.span[1], cycles };
  }
  if (state === 'unmeasured') return { note: 'memory-brief' };
  if (bound === undefined) return { note: 'memory-uncollected', cycles: cyclesToDecide(connections) };
  const perCycle = Math.max(0, Math.round(trend?.slope ?? 0));
  const rises = perCycle > 0 && grownInAll > 0;
  // As many as a leak of that size needs to outgrow what a collector may do.
  const outgrown = rises ? (1.5 * thresholds.allowedBytes) / perCycle : 0;
  return {
    note: 'memory-undecided',
    bound: Math.round(bound),
    ...(rises ? { grown: grownInAll, perCycle } : { grown: 0, perCycle: 0 }),
    isCollected: hasHeap(runtime),
    cycles: cyclesToDecide(Math.max(connections, outgrown / 5)),
  };
}

/** Two and a half times as long: what is told of the later half has to lie behind its end for good. */
function timerInDoubt({ heap, trend, grownInAll }: MemoryJudgement, { call, dueMs }: PendingTimer): Note {
  return {
    ...{
      note: 'memory-timed',
      grown: grownInAll,
      perCycle: Math.round((heap ?? trend)?.slope ?? 0),
      call,
      dueMs,
    },
    durationMs: 10_000 * Math.ceil((2.5 * dueMs) / 10_000),
  };
}

function isReadable({ rounds }: Evidence): boolean {
  return rounds.some(({ anonBytes }) => anonBytes !== undefined);
}

/** Five times as many at least, as a power of ten: those that there were have not shown whether it levels off. */
function cyclesToDecide(connections: number): number {
  return Math.min(MAX_CYCLES, Math.max(MIN_CYCLES, 10 ** Math.ceil(Math.log10(5 * connections))));
}

export function privateBytes(snapshot: Evidence['before']): number | undefined {
  const known = snapshot.processes.flatMap(({ anonBytes }) => anonBytes ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes, 0);
}

/** Enough for the heap of Node to come to its size, and to stay there. */
const MIN_CYCLES = 100_000;
const MAX_CYCLES = 100_000_000;
