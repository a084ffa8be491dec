import { formatCount, plural } from '../../units.js';

/** "1 per cycle", "one on about every 100 cycles"; or "30 per minute", where time was measured. */
export function ratio(perCycle: number, ofMinute?: number | undefined): string {
  if (ofMinute !== undefined) return `${perMinute(ofMinute)} per minute`;
  if (perCycle > 2 / 3) return `${Number(perCycle.toFixed(1))} per cycle`;
  return `one on about every ${formatCount(1 / perCycle)} cycles`;
}

/** " +3 +3 +3", with a space before it; nothing when there were no rounds. */
export function rounds(perRound: readonly number[]): string {
  return perRound.length === 0 ? '' : ` ${perRound.map(growth => signed(growth, formatCount)).join(' ')}`;
}

/** With its sign, also when it is positive. */
export function signed(value: number, format: (value: number) => string): string {
  return value >= 0 ? `+${format(value)}` : `-${format(-value)}`;
}

/** A number that somebody else has measured: "10", "0.25", "1.2e+9". */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}

/** "0.4" or "1 200" of something in a minute. */
export function perMinute(rate: number): string {
  return rate < 10 ? String(Number(rate.toPrecision(2))) : formatCount(rate);
}

/** "less than a minute", "12 minutes". */
export function minutes(count: number): string {
  return count < 1 ? 'less than a minute' : plural(Math.floor(count), 'minute');
}
