import { x as element } from 'xastscript';
import { GAUGE_HEAD, gaugeCells } from '../gauges.js';
import type { Markup } from '../markup.js';
import type { Report } from '../report.js';
import { table } from './table.js';

/** Numbers that the server itself exposes, and what became of each. */
export function gaugeSection(report: Report): Markup[] {
  const rows = gaugeCells(report);
  if (rows.length === 0) return [];
  return [
    element('section', { 'aria-labelledby': 'gauges' }, [
      element('h2', { id: 'gauges' }, 'What the server says of itself'),
      ...table('Gauges, read while nobody talked to the server', GAUGE_HEAD, rows),
    ]),
  ];
}
