import type { Report, ReportedPoint } from '../report.js';

/** Series, phases and timings of all rows, one after the other. */
export function joinTimes(
  reports: readonly Report[],
  wholeMs: number,
): Pick<Report, 'series' | 'phases' | 'timings'> {
  const series: ReportedPoint[] = [];
  const phases: Report['phases'][number][] = [];
  const timings: Record<string, number> = {};
  let [startMs, cyclesDone] = [0, 0];
  for (const report of reports) {
    for (const point of report.series) {
      series.push({ ...point, atMs: round(startMs + point.atMs), cyclesDone: cyclesDone + point.cyclesDone });
    }
    for (const span of report.phases) phases.push({ ...span, startMs: round(startMs + span.startMs) });
    for (const [name, ms] of Object.entries(report.timings)) timings[name] = round((timings[name] ?? 0) + ms);
    const last = report.phases.at(-1);
    startMs += last ? last.startMs + last.durationMs : 0;
    cyclesDone += report.series.at(-1)?.cyclesDone ?? 0;
  }
  return { series: thinned(series), phases, timings: { ...timings, wholeMs: round(wholeMs) } };
}

function thinned(series: readonly ReportedPoint[]): readonly ReportedPoint[] {
  const step = Math.ceil(series.length / MOST_POINTS);
  return step <= 1 ? series : series.filter((_, index) => index % step === 0);
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

const MOST_POINTS = 2_000;
