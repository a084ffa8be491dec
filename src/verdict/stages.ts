import type { Finding } from './finding.js';
import type { Verdict } from './judge.js';
import type { KeptSince, StageFacts, StageFigures, StageSpan } from './watched-load.js';

/** What can be said of one phase of a load. */
export interface StageRow {
  readonly name: string | undefined;
  readonly status: 'pass' | 'fail' | 'undecided' | 'not-run';
  /** How often it was announced. */
  readonly times: number;
  readonly durationMs: number;
  readonly accepted: number;
  /** What came in its time, and how much of that so near to its border that it may be another's. */
  readonly kept: number;
  readonly atBorder: number;
  /** Why it is not decided. */
  readonly reason: StageReason | undefined;
  /** The phase that it may have it from. */
  readonly before: string | undefined;
  readonly first: StageFigures;
  readonly last: StageFigures;
}

export type StageReason = 'nobody-came' | 'border' | 'left-behind' | 'weak' | 'other-findings' | 'whole';

/**
 * What was found of the server as a whole, by the phase in whose time it came: nothing is accused here that is not
 * accused there. Pure. `isCounted`: the connections of each phase are known.
 */
export function judgeStages(
  { spans, kept }: StageFacts,
  { verdict, findings }: Pick<Verdict, 'verdict' | 'findings'>,
  isCounted: boolean,
): StageRow[] {
  const faults = findings.filter(({ severity }) => severity === 'fail');
  const accused = accusedOf(faults);
  const counts = countByPhase(
    kept.filter(({ what }) => accused.has(what)),
    spans,
  );
  const hasOthers =
    accused.has('outside') || accused.has('nowhere') || faults.some(({ kind }) => kind !== 'fd');
  const elsewhere: StageReason | undefined =
    verdict === 'undecided' ? 'whole' : hasOthers || counts.ofNobody > 0 ? 'other-findings' : undefined;
  const rows: StageRow[] = [];
  for (const row of merged(spans)) {
    const { sure, border, weak } = counts.of(row.name);
    const all = sure > 0 ? sure + border : 0;
    const before = rows.findLast(({ status }) => status === 'fail');
    const isLeft = before !== undefined && share(all, row) < share(before.kept, before) / 2;
    const isWeak = weak === sure && weak < LEAST_SHARE * counts.weak;
    const ofKept: StageReason | undefined = isWeak ? 'weak' : isLeft ? 'left-behind' : undefined;
    const ofNothing: StageReason | undefined =
      border > 0 ? 'border' : isCounted && row.accepted === 0 ? 'nobody-came' : elsewhere;
    const reason = sure > 0 ? ofKept : ofNothing;
    const found = sure > 0 ? 'fail' : 'pass';
    rows.push({
      ...row,
      ...{ kept: all, atBorder: border, reason, before: before?.name },
      status: reason === 'nobody-came' ? 'not-run' : reason === undefined ? found : 'undecided',
    });
  }
  // Before the first announcement a load begins, and seldom connects.
  return rows.filter(({ name, kept: all, atBorder }) => name !== undefined || all + atBorder > 0);
}

interface Counts {
  sure: number;
  border: number;
  /** Among the sure ones: those that may have been another's when they were first seen. */
  weak: number;
}

/**
 * How many things came in the time of each phase. What came so near to an announcement that it may be of either side is
 * of the phase of its time if that keeps something for sure, else of the one beside it that does; if none does, of both.
 * The second is true only of what is known to have come near to it: where the server was looked at so seldom that most of
 * a phase is in doubt, that phase may be the one.
 */
function countByPhase(kept: readonly KeptSince[], spans: readonly StageSpan[]) {
  const counts = new Map<string | undefined, Counts>();
  for (const { name } of spans) counts.set(name, { sure: 0, border: 0, weak: 0 });
  const of = (name: string | undefined) => counts.get(name) ?? { sure: 0, border: 0, weak: 0 };
  const doubtful: {
    readonly names: readonly (string | undefined)[];
    readonly atMs: number;
    readonly isNear: boolean;
  }[] = [];
  let ofNobody = 0;
  for (const { sinceMs, untilMs, isUnique } of kept) {
    const names = candidates(sinceMs, untilMs, spans);
    if (names.length === 0) ofNobody += 1;
    else if (names.length > 1)
      doubtful.push({ names, atMs: (sinceMs + untilMs) / 2, isNear: untilMs - sinceMs <= NEAR_MS });
    else {
      const one = of(names[0]);
      one.sure += 1;
      if (!isUnique) one.weak += 1;
    }
  }
  for (const { names, atMs, isNear } of doubtful) {
    const ofTime = spans.findLast(({ fromMs }) => fromMs <= atMs)?.name;
    const able = isNear ? [ofTime, ...names] : [ofTime];
    const sure = able.filter(name => names.includes(name) && of(name).sure > 0);
    for (const name of sure.length > 0 ? sure.slice(0, 1) : names) of(name).border += 1;
  }
  const weak = [...counts.values()].reduce((sum, one) => sum + one.weak, 0);
  return { of, ofNobody, weak };
}

/** What the server is accused of keeping. */
function accusedOf(faults: readonly Finding[]): Set<string> {
  return new Set(faults.flatMap(found => (found.kind === 'fd' ? found.groups.map(({ what }) => what) : [])));
}

/** The phases that something may be of. */
function candidates(sinceMs: number, untilMs: number, spans: readonly StageSpan[]): (string | undefined)[] {
  const only = spans.find(span => sinceMs >= span.sureFromMs && untilMs <= span.sureUntilMs);
  if (only) return [only.name];
  const near = spans.filter(
    (span, index) =>
      untilMs > (spans[index - 1]?.sureUntilMs ?? span.fromMs) &&
      sinceMs < (spans[index + 1]?.sureFromMs ?? Number.POSITIVE_INFINITY),
  );
  return [...new Set(near.map(({ name }) => name))];
}

/** One for each name, in the order in which they were announced first. */
function merged(spans: readonly StageSpan[]) {
  return [...new Set(spans.map(({ name }) => name))].map(name => {
    const own = spans.filter(span => span.name === name);
    const [first] = own as [StageSpan];
    return {
      name,
      times: own.length,
      durationMs: own.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0),
      accepted: own.reduce((sum, { accepted }) => sum + accepted, 0),
      first: first.first,
      last: first.last,
    };
  });
}

function share(count: number, { accepted }: Pick<StageRow, 'accepted'>): number {
  return count / Math.max(1, accepted);
}

const LEAST_SHARE = 0.1;
const NEAR_MS = 1_500;
