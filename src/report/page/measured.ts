import { x as element } from 'xastscript';
import { formatBytes, formatCount } from '../../units.js';
import { holdRows } from '../load-rows.js';
import type { Markup } from '../markup.js';
import type { Report, ReportedCheck, ReportedCycles } from '../report.js';
import { startedRows } from '../started/lines.js';
import { inConnections, watchRows } from '../wording/watch.js';
import { servedTables } from './served.js';
import { sayings, table } from './table.js';

/** The figures: before and after of each kind of trouble, what belongs to this sort of run, and notes. */
export function measuredSection(report: Report): Markup[] {
  const { cycles, checks, notes, serve, watch, hold = null } = report;
  if (!serve && !cycles) return [];
  const unit = watch ? inConnections : (text: string) => text;
  const caption = serve
    ? 'What the clients were judged by'
    : watch
      ? 'What the server held'
      : madeCaption(report, cycles);
  return [
    element('section', { 'aria-labelledby': 'measured' }, [
      element('h2', { id: 'measured' }, 'What was measured'),
      ...(serve ? servedTables(serve) : []),
      ...sayings('What others did to the server', watch ? watchRows(watch) : []),
      ...table(
        caption,
        serve ? CHECK_HEAD.slice(0, -1) : CHECK_HEAD,
        checks.map(check =>
          checkRow(check)
            .slice(0, serve ? -1 : undefined)
            .map(unit),
        ),
      ),
      ...sayings('Silent clients beside the cycles', holdRows({ hold })),
      ...sayings('The life of the server', startedRows(report)),
      ...notesList(notes),
    ]),
  ];
}

function madeCaption({ before }: Report, cycles: ReportedCycles | undefined): string {
  if (!cycles) return '';
  const { completed, requested, warmup, confirmation, accepted, connections } = cycles;
  const made = `${completed} of ${requested} cycles, ${warmup} warm-up, ${confirmation} to confirm`;
  // Whether a server accepts that nobody could look into is not known.
  return before
    ? `${made}; accepted ${formatCount(accepted)} of ${formatCount(connections)} connections`
    : made;
}

function notesList(notes: readonly string[]): Markup[] {
  if (notes.length === 0) return [];
  return [
    element('h3', 'Notes'),
    element(
      'ul',
      notes.map(note => element('li', note)),
    ),
  ];
}

function checkRow({ kind, status, before, after, bound }: ReportedCheck): string[] {
  const format = (value: number | null) =>
    value === null ? '–' : kind === 'memory' ? formatBytes(value) : formatCount(value);
  const missed = bound === null ? '–' : bound < 1 ? 'none' : `${format(bound)}/cycle`;
  return [kind, status.replace('-', ' '), format(before), format(after), missed];
}

/** Of clients nothing is judged by its growth. */
const CHECK_HEAD = ['kind', 'result', 'before', 'after', 'growth that could have been missed'] as const;
