import type { Evidence } from '../evidence.js';
import type { CheckResult, GaugeFinding } from '../finding.js';
import { type JudgedGauge, judgeGauge } from '../gauges.js';
import type { Note } from '../note.js';
import { isProven } from '../proven.js';

/** Numbers that the server itself exposes: they must come back too. One finding for each that does not. */
export function checkGauge(evidence: Evidence): CheckResult {
  const judged = (evidence.gauges ?? []).map(series => judgeGauge(evidence, series));
  const findings = judged.filter(isKept).map(findingOf);
  const told = judged.find(isKept) ?? judged.find(isDoubtful) ?? judged[0];
  // Beside what is proved no further cycles were made for it.
  const excused = isProven(evidence) && !judged.some(({ state }) => state === 'unread');
  const status =
    judged.length === 0
      ? 'not-measured'
      : findings.length > 0
        ? 'fail'
        : !judged.some(isDoubtful)
          ? 'pass'
          : excused
            ? 'not-measured'
            : 'undecided';
  return {
    check: {
      kind: 'gauge',
      status,
      before: told?.before,
      after: told?.after,
      perRound: told?.perRound ?? [],
      bound: told?.bound,
    },
    findings,
    notes: judged.flatMap(noteOf),
  };
}

function isKept({ state }: JudgedGauge): boolean {
  return state === 'grows' || state === 'stays';
}

/** Bytes in doubt do not cost the verdict, as memory in doubt does not: their bound is told. */
function isDoubtful({ state, series, steady }: JudgedGauge): boolean {
  if (state === 'suspect') return series.manner !== 'trend' || steady;
  return state === 'draining' || state === 'unread';
}

function findingOf({ series, before, after, kept, perCycle, perRound, state }: JudgedGauge): GaugeFinding {
  return {
    kind: 'gauge',
    severity: 'fail',
    count: Math.max(0, Math.ceil(kept)),
    perCycle: Math.max(0, perCycle),
    name: series.name,
    manner: series.manner,
    grows: state === 'grows',
    before: before ?? 0,
    after: after ?? 0,
    perRound,
  };
}

function noteOf({ state, series, bound, before, after, perRound }: JudgedGauge): Note[] {
  const { name, missing } = series;
  switch (state) {
    case 'unread':
      return [{ note: 'gauge-unread', name, missing: missing ?? '' }];
    case 'levelled':
      return [{ note: 'gauge-levelled', name, before: before ?? 0, after: after ?? 0, perRound }];
    case 'suspect':
    case 'draining':
      return [
        series.manner === 'trend'
          ? { note: 'gauge-bytes', name, bound }
          : {
              note: 'gauge-undecided',
              name,
              before: before ?? 0,
              after: after ?? 0,
              draining: state === 'draining',
            },
      ];
    default:
      return [];
  }
}
