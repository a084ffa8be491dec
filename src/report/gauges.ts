import { formatBytes } from '../units.js';
import type { Evidence } from '../verdict/evidence.js';
import { escapeText } from './escape.js';
import type { Report } from './report.js';
import type { ReportedGauge } from './reported-watch.js';
import { formatNumber } from './wording/numbers.js';

export function reportGauges({ gauges = [] }: Evidence): ReportedGauge[] | null {
  if (gauges.length === 0) return null;
  return gauges.map(({ name, manner, readings }) => ({
    name: escapeText(name),
    before: readings[0]?.value ?? null,
    after: readings.at(-1)?.value ?? null,
    bytes: manner === 'trend',
    readings: readings.map(({ phase, connections, value }) => ({ phase, connections, value: value ?? null })),
  }));
}

/** "process_open_fds 21 → 21", one for each. */
export function gaugeRows({ gauges }: Report): string[] {
  return (gauges ?? []).map(({ name, before, after, bytes }) => {
    const format = (value: number | null) =>
      value === null ? 'unknown' : bytes ? formatBytes(value) : formatNumber(value);
    return `${name} ${format(before)} → ${format(after)}`;
  });
}
