import type { Evidence } from '../evidence.js';
import type { CheckResult, Finding, GrowingKind } from '../finding.js';
import type { Note } from '../note.js';
import { isProven } from '../proven.js';
import { growthOf } from '../recurrence.js';
import { forecast } from '../watched-load.js';

/** Threads, children, zombies and mappings: none of them names its connection, so each is accused when it recurs. */
export function checkGrowth(kind: GrowingKind, evidence: Evidence): CheckResult {
  const { recurrence, total, inCycles, perRound } = growthOf(evidence, kind);
  const base = evidence.baselineCounts[kind];
  const recurs =
    recurrence === 'recurs' &&
    evidence.settled.state !== 'draining' &&
    !(kind === 'mapping' && areStacks(evidence, inCycles));
  const inDoubt = recurrence === 'suspect' || (recurrence === 'recurs' && kind !== 'mapping');
  const perCycle = inCycles / Math.max(1, evidence.judgedConnections - evidence.warmupConnections);
  const finding = {
    kind,
    severity: 'fail' as const,
    count: inCycles,
    perCycle,
    perRound,
    ...limitOf(kind, evidence, base + total, inCycles),
    ...(evidence.settled.hasTimeout && { hasTimeout: true }),
  };
  return {
    check: {
      kind,
      status: recurs ? 'fail' : inDoubt ? (isProven(evidence) ? 'not-measured' : 'undecided') : 'pass',
      before: base,
      after: base + inCycles,
      perRound,
      bound: undefined,
    },
    findings: recurs ? [finding as Finding] : [],
    notes: isProven(evidence) ? [] : notesOf(kind, recurrence, inCycles, total, perRound),
  };
}

/** The limit that the growth runs into, and how many connections are left until then. */
function limitOf(kind: GrowingKind, evidence: Evidence, count: number, inCycles: number) {
  const { pidsLimit, maxMapCount, judgedConnections, warmupConnections, watch } = evidence;
  const limit = kind === 'mapping' ? maxMapCount : pidsLimit?.most;
  const now = kind === 'mapping' ? count : (pidsLimit?.now ?? 0);
  const left = limit === undefined ? undefined : Math.max(0, limit - now);
  return { limit, ...forecast(left, inCycles, judgedConnections - warmupConnections, watch) };
}

/** A thread that stays keeps its stack, a guard page and perhaps an arena: one event, told once, as a thread. */
function areStacks(evidence: Evidence, mappings: number): boolean {
  const threads = growthOf(evidence, 'thread');
  return threads.recurrence === 'recurs' && mappings <= 4 * threads.inCycles;
}

function notesOf(
  what: GrowingKind,
  recurrence: string,
  inCycles: number,
  total: number,
  perRound: readonly number[],
): Note[] {
  if (recurrence === 'suspect') return [{ note: 'unconfirmed', what, count: total, perRound }];
  if (recurrence !== 'levelled') return [];
  const once = perRound.every(growth => growth <= 0);
  return once ? [{ note: 'opened-once', what, count: inCycles }] : [{ note: 'levelled-off', what, perRound }];
}
