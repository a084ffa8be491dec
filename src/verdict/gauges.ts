import type { Evidence, GaugeReading, GaugeSeries } from './evidence.js';
import type { MemoryJudgement } from './memory-judgement.js';
import { hasHeap } from './memory-profiles.js';
import { judgeMemory } from './memory-trend.js';
import { CONFIRMING_ROUNDS } from './recurrence.js';

/**
 * - `back`: as before, or clearly no leak;
 * - `grows`: again in every confirming round; `stays`: it came to rest above what it was, and never came back;
 * - `levelled`: grew once and not again, as a number may that is not said to come back;
 * - `suspect`: further cycles have not decided yet; `unread`: it was not there when it mattered.
 */
export interface JudgedGauge {
  readonly series: GaugeSeries;
  readonly state: 'back' | 'grows' | 'stays' | 'levelled' | 'suspect' | 'draining' | 'unread';
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** Kept in all; of bytes, over the rounds that were judged. */
  readonly kept: number;
  readonly perCycle: number;
  readonly perRound: readonly number[];
  /** Of bytes: what may have been missed, per cycle. */
  readonly bound: number | undefined;
  /** Of bytes: they rise without slowing down. */
  readonly steady: boolean;
}

/** A number is judged by its manner: it has to come back, may grow once, or must not have a trend. */
export function judgeGauge(evidence: Evidence, series: GaugeSeries): JudgedGauge {
  if (series.manner === 'trend') return judgeBytes(evidence, series);
  const { readings } = series;
  const returns = series.manner === 'returns';
  const base = readings.findLast(({ phase }) => phase === (returns ? 'before' : 'warm-up'));
  const later = readings.filter(({ phase }) => phase === 'settled' || phase === 'confirm');
  const values = later.map(({ value }) => value);
  const before = base?.value;
  const after = values.at(-1);
  const judged = { series, before, after, bound: undefined, steady: false };
  if (before === undefined || values.length === 0 || values.some(value => value === undefined)) {
    return { ...judged, state: 'unread', kept: 0, perCycle: 0, perRound: [] };
  }
  // The least that was ever seen afterwards: others may use the server meanwhile.
  const least = Math.min(...values.map(value => value ?? 0));
  const kept = (returns ? least : (after ?? 0)) - before;
  const perRound = later.slice(1).map((reading, index) => (reading.value ?? 0) - (later[index]?.value ?? 0));
  const connections = (later.at(-1)?.connections ?? 0) - (base?.connections ?? 0);
  const inCycles = (values[0] ?? 0) - before;
  const told = { ...judged, kept, perCycle: kept / Math.max(1, connections), perRound };
  // Once it was back there is nothing that is kept for good.
  if (inCycles <= 0 || least <= before) return { ...told, state: 'back' };
  if (perRound.length < CONFIRMING_ROUNDS) {
    return { ...told, state: series.draining ? 'draining' : 'suspect' };
  }
  const latest = perRound.slice(-CONFIRMING_ROUNDS);
  const pace = paceOf(later, inCycles, base?.connections ?? 0);
  if (perRound.every(growth => growth > 0) && pace >= 1 / 2) {
    const grown = (after ?? 0) - before;
    return { ...told, state: 'grows', kept: grown, perCycle: grown / Math.max(1, connections) };
  }
  const stopped = latest.every(growth => growth <= 0) || pace < 1 / 5;
  // What has to come back and was never seen back is kept, whether the pool is used up or not.
  if (returns) return { ...told, state: 'stays' };
  return { ...told, state: stopped ? 'levelled' : 'suspect' };
}

/** Growth per connection in the confirming rounds, as a part of that in the judged cycles. */
function paceOf(later: readonly GaugeReading[], inCycles: number, since: number): number {
  const [first] = later;
  const last = later.at(-1);
  if (!first || !last) return 0;
  const perJudged = inCycles / Math.max(1, first.connections - since);
  const grown = (last.value ?? 0) - (first.value ?? 0);
  return grown / Math.max(1, last.connections - first.connections) / perJudged;
}

function judgeBytes(evidence: Evidence, series: GaugeSeries): JudgedGauge {
  const readings = series.readings.filter(({ phase }) => phase !== 'before' && phase !== 'warm-up');
  const known = readings.filter(({ value }) => value !== undefined);
  const memory = judgeMemory({
    ...evidence,
    // No collection is known to belong to a number.
    runtime: evidence.runtime === 'jvm' ? 'unknown' : evidence.runtime,
    rounds: known.map(({ connections, value }) => ({
      phase: 'cycles',
      connections,
      ...{ anonBytes: value, heap: undefined },
      counts: undefined,
    })),
  });
  const { state, trend, perRound, grown, steady } = memory;
  const judged = {
    series,
    before: series.readings.find(({ phase }) => phase === 'warm-up')?.value,
    after: known.at(-1)?.value,
    kept: Math.round(grown),
    perCycle: Math.round(trend?.slope ?? 0),
    perRound: state === 'flat' ? [] : perRound,
    bound: trend ? Math.max(0, Math.round(trend.high)) : undefined,
    // A managed heap may still be growing to its size.
    steady: steady && !hasHeap(evidence.runtime),
  };
  const isThere = readings.at(-1)?.value !== undefined;
  return { ...judged, state: isThere ? STATES[state] : 'unread' };
}

const STATES: Readonly<Record<MemoryJudgement['state'], JudgedGauge['state']>> = {
  flat: 'back',
  grows: 'grows',
  suspect: 'suspect',
  unmeasured: 'suspect',
};

/** Some number was seen not to come back. */
export function hasKeptGauge(evidence: Evidence): boolean {
  return (evidence.gauges ?? [])
    .map(series => judgeGauge(evidence, series))
    .some(({ state }) => state === 'grows' || state === 'stays');
}

/**
 * Cycles that a confirming round needs for the gauges; undefined where none is in doubt. Bytes are told by their bound:
 * where the memory of the server can be seen it is asked of that.
 */
export function cyclesForGauges(evidence: Evidence): number | undefined {
  const suspects = (evidence.gauges ?? [])
    .map(series => judgeGauge(evidence, series))
    .filter(
      ({ state, series }) => series.manner !== 'trend' && (state === 'suspect' || state === 'draining'),
    );
  if (suspects.length === 0) return undefined;
  const { completed } = evidence.cycles;
  return Math.max(...suspects.map(({ kept }) => Math.min(completed, (3 * completed) / Math.max(1, kept))));
}
