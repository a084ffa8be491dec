import { gaugeRows } from './gauges.js';
import { holdRows } from './load-rows.js';
import type { Report } from './report.js';
import { outputLines, startedRows } from './started/lines.js';
import { watchRows } from './wording/watch.js';

/** What is particular to a sort of run, one line each: for test reports, whose cases have no place for it. */
export function toldRows(report: Report): string[] {
  const { serve, watch, hold = null } = report;
  const rows = [
    ...(serve?.rows ?? []),
    ...(watch ? watchRows(watch) : []),
    ...holdRows({ hold }),
    ...gaugeRows(report).map(text => ['gauge', text] as const),
    ...startedRows(report),
  ];
  return [
    ...rows.map(([name, text]) => `${name}: ${text}`),
    ...outputLines(report).flatMap(line => (line === '' ? [] : [line.trim()])),
  ];
}
