import { ChurnError } from '../../errors.js';
import { ALL_KINDS } from '../../verdict/kinds.js';
import { median, trendOf } from '../../verdict/series.js';
import type { Report, ReportedFinding } from '../report.js';
import type {
  Change,
  ComparedFigure,
  ComparedFinding,
  ComparedRun,
  ComparedSide,
  Comparison,
} from './comparison.js';

/**
 * What changed from one run to a later one. Pure.
 *
 * @throws ChurnError when one of them is no run that was judged.
 */
export function compareReports(old: Report, next: Report): Comparison {
  for (const [name, report] of [
    ['old', old],
    ['new', next],
  ] as const)
    requireRun(name, report);
  const findings = ALL_KINDS.flatMap(kind => compareKind(kind, old, next));
  const worse = findings.filter(({ change }) => change === 'new' || change === 'worse');
  return {
    schemaVersion: 1,
    verdict: worse.length > 0 ? 'worse' : 'not-worse',
    summary: summarize(findings, old, next),
    old: runOf(old),
    new: runOf(next),
    findings,
    rate: compareRates(old, next),
    memory: compareMemory(old, next),
    notes: notesOf(old, next),
  };
}

function requireRun(name: string, report: Report): void {
  if (report.cycles && report.target) return;
  throw new ChurnError(
    'usage',
    `The ${name} report is of a run that could not be made: ${report.error?.sentence ?? report.summary}`,
    'Make that run again, then compare.',
  );
}

function compareKind(kind: ReportedFinding['kind'], old: Report, next: Report): ComparedFinding[] {
  const before = old.findings.find(finding => finding.kind === kind);
  const after = next.findings.find(finding => finding.kind === kind);
  if (!before && !after) return [];
  const ratio =
    before && after && before.perCycle > 0 ? Number((after.perCycle / before.perCycle).toPrecision(4)) : null;
  return [
    {
      kind,
      change: changeOf(before, after, next),
      old: before ? sideOf(before) : null,
      new: after ? sideOf(after) : null,
      ratio,
    },
  ];
}

function changeOf(
  before: ReportedFinding | undefined,
  after: ReportedFinding | undefined,
  next: Report,
): Change {
  if (!before) return 'new';
  if (!after) return decided(before, next) ? 'gone' : 'unknown';
  if (before.severity !== after.severity) return after.severity === 'fail' ? 'worse' : 'better';
  if (before.kind === 'memory') return memoryChange(before, after);
  const [low, high] = [before.perCycle / CLEARLY, before.perCycle * CLEARLY];
  // One object more or less is no change, however few there were.
  if (Math.abs(after.count - before.count) <= 1) return 'same';
  return after.perCycle > high ? 'worse' : after.perCycle < low ? 'better' : 'same';
}

/** Intervals that overlap are no change. */
function memoryChange(before: ReportedFinding, after: ReportedFinding): Change {
  const bound = (finding: ReportedFinding, name: 'low' | 'high') =>
    typeof finding.facts[name] === 'number' ? finding.facts[name] : finding.perCycle;
  if (bound(after, 'low') > bound(before, 'high')) return 'worse';
  return bound(after, 'high') < bound(before, 'low') ? 'better' : 'same';
}

/** What is missing in a run is gone only when that run looked for it, and was ended by nobody. */
function decided({ kind }: ReportedFinding, next: Report): boolean {
  const check = next.checks.find(candidate => candidate.kind === kind);
  return !next.interrupted && (check?.status === 'pass' || check?.status === 'warn');
}

function sideOf({ severity, count, perCycle, title }: ReportedFinding): ComparedSide {
  return { severity, count, perCycle, title };
}

function runOf({ verdict, interrupted, target, cycles }: Report): ComparedRun {
  return { verdict, interrupted, address: target?.address ?? '', cycles: cycles?.completed ?? 0 };
}

function summarize(findings: readonly ComparedFinding[], old: Report, next: Report): string {
  const named = (change: Change) =>
    findings.filter(finding => finding.change === change).map(({ kind }) => kind);
  const parts = (['new', 'worse', 'unknown', 'better', 'gone', 'same'] as const).flatMap(change =>
    named(change).length > 0 ? [`${change}: ${named(change).join(', ')}`] : [],
  );
  const word = named('new').length + named('worse').length > 0 ? 'WORSE' : 'NOT WORSE';
  const verdicts = `${old.verdict} → ${next.verdict}`;
  return `${word}  ${verdicts}${parts.length > 0 ? `, ${parts.join('; ')}` : ', nothing found in either'}`;
}

function notesOf(old: Report, next: Report): string[] {
  const differs = (name: string, one: unknown, other: unknown) =>
    JSON.stringify(one) === JSON.stringify(other)
      ? []
      : [`The runs differ in their ${name}: ${String(one)} and ${String(other)}.`];
  return [
    ...differs('cycles', old.cycles?.requested, next.cycles?.requested),
    ...differs('concurrency', old.cycles?.concurrency, next.cycles?.concurrency),
    ...differs('kernel', old.environment.kernel, next.environment.kernel),
    ...differs('version of churn', old.tool.version, next.tool.version),
    ...(old.interrupted || next.interrupted
      ? ['One of the runs was ended before its cycles were made.']
      : []),
  ];
}

/** A tenth more or less per cycle is what two runs of the same server may show. */
const CLEARLY = 1.1;

interface Figure {
  readonly value: number;
  /** Half of the 95 % interval; undefined when there is too little to tell. */
  readonly noise: number | undefined;
}

/** Cycles per second. The noise is that of the stretches between two points of the series. */
function compareRates(before: Report, after: Report): ComparedFigure {
  return compareFigures(rateOf(before), rateOf(after));
}

/** Bytes per connection: the robust slope of settled readings, in the later half of the run. */
function compareMemory(before: Report, after: Report): ComparedFigure {
  return compareFigures(memoryOf(before), memoryOf(after));
}

export function compareFigures(old: Figure | undefined, next: Figure | undefined): ComparedFigure {
  const said =
    old?.noise === undefined || next?.noise === undefined
      ? 'too-little-data'
      : Math.abs(next.value - old.value) <= Math.hypot(old.noise, next.noise)
        ? 'within-noise'
        : next.value > old.value
          ? 'up'
          : 'down';
  return {
    old: old ? rounded(old.value) : null,
    new: next ? rounded(next.value) : null,
    oldNoise: old?.noise === undefined ? null : rounded(old.noise),
    newNoise: next?.noise === undefined ? null : rounded(next.noise),
    ratio: old && next && old.value > 0 && next.value > 0 ? rounded(next.value / old.value) : null,
    said,
  };
}

function rateOf({ series, cycles }: Report): Figure | undefined {
  const points = series.filter(({ phase }) => phase === 'cycles');
  const rates = points.slice(1).flatMap((point, index) => {
    const { atMs = 0, cyclesDone = 0 } = points[index] ?? {};
    const tookMs = point.atMs - atMs;
    return tookMs > 0 ? [((point.cyclesDone - cyclesDone) / tookMs) * 1_000] : [];
  });
  if (rates.length < MIN_STRETCHES) return cycles && { value: cycles.ratePerSecond, noise: undefined };
  const value = median([...rates].sort(ascending));
  const spread = median(rates.map(rate => Math.abs(rate - value)).sort(ascending)) * DEVIATIONS_PER_MAD;
  // Of a median: 1.25 times the error of a mean.
  return { value, noise: (1.96 * 1.25 * spread) / Math.sqrt(rates.length) };
}

function memoryOf({ rounds }: Report): Figure | undefined {
  const known = rounds.flatMap(({ connections, anonBytes }) =>
    anonBytes === null ? [] : [{ connections, anonBytes }],
  );
  const half = (known.at(-1)?.connections ?? 0) / 2;
  const later = known.filter(({ connections }) => connections >= half);
  if (later.length < MIN_ROUNDS) return undefined;
  const trend = trendOf(
    later.map(({ connections }) => connections),
    later.map(({ anonBytes }) => anonBytes),
  );
  return trend && { value: trend.slope, noise: Math.max(0, trend.high - trend.low) / 2 };
}

function ascending(one: number, other: number): number {
  return one - other;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

const MIN_STRETCHES = 5;
const MIN_ROUNDS = 6;
/** Of a normal distribution. */
const DEVIATIONS_PER_MAD = 1.4826;
