import type { Measured } from '../not-measured.js';
import { formatBytes } from '../units.js';
import type { Evidence } from '../verdict/evidence.js';
import { judgeGauge } from '../verdict/gauges.js';
import { formatNumber, unitOf } from './counts.js';
import { escapeText } from './escape.js';
import type { Report } from './report.js';
import type { ReportedGauge } from './reported-load.js';

export function reportGauges(evidence: Evidence): Measured<ReportedGauge>[] | undefined {
  const { gauges = [] } = evidence;
  if (gauges.length === 0) return undefined;
  return gauges.map(series => {
    const { name, manner, readings } = series;
    const { state, perCycle } = judgeGauge(evidence, series);
    return {
      name: escapeText(name),
      before: readings[0]?.value,
      after: readings.at(-1)?.value,
      bytes: manner === 'trend',
      state,
      perCycle: state === 'unread' ? undefined : Number(perCycle.toPrecision(6)),
      readings: readings.map(({ phase, connections, value }) => ({ phase, connections, value })),
    };
  });
}

/** "process_open_fds 21 → 21", one for each. */
export function gaugeRows({ gauges }: Report): string[] {
  return (gauges ?? []).map(gauge => {
    const format = formatOf(gauge);
    return `${gauge.name} ${format(gauge.before)} → ${format(gauge.after)}`;
  });
}

/** A table with a row for each, or nothing where there are none. */
export function gaugeTable(report: Report): { head: readonly string[]; rows: string[][] } | undefined {
  const { gauges = [] } = report;
  if (!gauges?.length) return undefined;
  return {
    head: ['gauge', 'before', 'after', `per ${unitOf(report)}`, 'verdict'],
    rows: gauges.map(gauge => {
      const { name, before, after, state } = gauge;
      const format = formatOf(gauge);
      return [name, format(before), format(after), keptText(gauge, format), state ? STATES[state] : '–'];
    }),
  };
}

/** Of what is not decided nobody knows how much of it is kept. */
function keptText({ state, perCycle = null }: ReportedGauge, format: (value: number) => string): string {
  if (state === 'grows' || state === 'stays') return perCycle === null ? '–' : format(perCycle);
  return state === 'back' || state === 'levelled' ? format(0) : '–';
}

function formatOf({ bytes }: ReportedGauge): (value: number | null) => string {
  return value => (value === null ? 'unknown' : bytes ? formatBytes(value) : formatNumber(value));
}

const STATES: Readonly<Record<NonNullable<ReportedGauge['state']>, string>> = {
  back: 'back to what it was',
  grows: '✖ grows with every round',
  stays: '✖ does not come back',
  levelled: 'grew once, then levelled off',
  suspect: 'not decided',
  draining: 'not decided: it still fell',
  unread: 'not decided: it could not be read',
};
