import { x as element } from 'xastscript';
import { formatBytes, formatCount } from '../../units.js';
import type { Markup } from '../markup.js';
import type { Report, ReportedCheck } from '../report.js';
import { startedRows } from '../started/lines.js';
import { table } from './table.js';

/** The figures: before and after of each kind of trouble, and notes. */
export function measuredSection(report: Report): Markup[] {
  const { checks, cycles, notes, serve } = report;
  if (serve) return servedSection(serve.rows, notes);
  if (!cycles) return [];
  return [
    element('section', { 'aria-labelledby': 'measured' }, [
      element('h2', { id: 'measured' }, 'What was measured'),
      ...table(
        `${cycles.completed} of ${cycles.requested} cycles, ${cycles.warmup} warm-up, ${cycles.confirmation} to confirm; accepted ${formatCount(cycles.accepted)} of ${formatCount(cycles.connections)} connections`,
        ['kind', 'result', 'before', 'after', 'growth that could have been missed'],
        checks.map(checkRow),
      ),
      ...lifeTable(report),
      ...(notes.length > 0
        ? [
            element('h3', 'Notes'),
            element(
              'ul',
              notes.map(note => element('li', note)),
            ),
          ]
        : []),
    ]),
  ];
}

/** How a server that was started for it lived and ended. */
function lifeTable(report: Report): Markup[] {
  const rows = startedRows(report);
  return rows.length === 0 ? [] : table('the life of the server', ['', ''], rows);
}

function servedSection(rows: NonNullable<Report['serve']>['rows'], notes: readonly string[]): Markup[] {
  return [
    element('section', { 'aria-labelledby': 'measured' }, [
      element('h2', { id: 'measured' }, 'What was measured'),
      ...table(
        'what the client did',
        ['', ''],
        rows.map(row => [...row]),
      ),
      element(
        'ul',
        notes.map(note => element('li', note)),
      ),
    ]),
  ];
}

function checkRow({ kind, status, before, after, bound }: ReportedCheck): string[] {
  const format = (value: number | null) =>
    value === null ? '–' : kind === 'memory' ? formatBytes(value) : formatCount(value);
  const missed = bound === null ? '–' : bound < 1 ? 'none' : `${format(bound)}/cycle`;
  return [kind, status.replace('-', ' '), format(before), format(after), missed];
}
