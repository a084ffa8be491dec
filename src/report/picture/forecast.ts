import { formatCount, plural } from '../../units.js';
import type { Report } from '../report.js';
import type { Dot, Forecast } from './panel.js';

/** When the descriptors that are kept meet the limit; undefined when nothing is kept. */
export function forecastOf({ findings, target }: Report, dots: readonly Dot[]): Forecast | undefined {
  const last = dots.at(-1);
  const limit = target?.limits.openFiles;
  if (!last || !limit) return undefined;
  const finding = findings.find(({ kind }) => kind === 'fd');
  const highest = Math.max(...dots.map(({ y }) => y));
  const isNear = limit <= NEAR * highest;
  const named = `limit ${formatCount(limit)}`;
  if (!finding || finding.perCycle <= 0) {
    return isNear ? { label: [named], limit, run: [last, last] } : undefined;
  }
  const left = finding.facts['connectionsLeft'];
  const label = typeof left === 'number' ? [named, whenReached(left)] : [named];
  const crossing = last.x + Math.max(0, limit - last.y) / finding.perCycle;
  const fits = isNear && crossing <= NEAR * Math.max(1, last.x);
  return { label, limit, run: fits ? [last, { x: crossing, y: limit }] : undefined };
}

function whenReached(connectionsLeft: number): string {
  return connectionsLeft === 0 ? 'reached' : `reached after ${plural(connectionsLeft, 'more connection')}`;
}

/** A limit farther away than this many times what was seen would flatten what was seen. */
const NEAR = 2.5;
