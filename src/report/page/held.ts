import { x as element } from 'xastscript';
import { formatCount } from '../../units.js';
import type { Markup } from '../markup.js';
import type { Report, ReportedHeld } from '../report.js';
import { table } from './table.js';

/** What is held: counted by what it is, then the first and the last of it one by one. */
export function heldSection(report: Report): Markup[] {
  if (report.held.length === 0) return [];
  const held = [...report.held].sort((one, other) => one.pid - other.pid || one.fd - other.fd);
  const shown = held.length <= MOST ? held : [...held.slice(0, MOST / 2), ...held.slice(-MOST / 2)];
  const which =
    held.length <= MOST ? '' : `, the first and the last ${MOST / 2} of ${formatCount(held.length)}`;
  return [
    element('section', { 'aria-labelledby': 'held' }, [
      element('h2', { id: 'held' }, 'What is held'),
      ...table('Descriptors by what they are', ['what', 'state', 'descriptors'], counted(held)),
      ...table(
        `Descriptors${which}`,
        ['fd', 'pid', 'inode', 'what', 'state', 'from cycle'],
        shown.map(({ fd, pid, inode, what, state, cycle, phase }) => [
          String(fd),
          String(pid),
          String(inode),
          nameOf(what),
          state ?? 'in no table',
          cycle === null ? 'unknown' : `${cycle}${phase === 'cycles' ? '' : ` (${phase})`}`,
        ]),
      ),
    ]),
  ];
}

function counted(held: readonly ReportedHeld[]): string[][] {
  const counts = new Map<string, { readonly row: [string, string]; count: number }>();
  for (const { what, state } of held) {
    const row: [string, string] = [nameOf(what), state ?? 'in no table'];
    const known = counts.get(row.join()) ?? { row, count: 0 };
    known.count++;
    counts.set(row.join(), known);
  }
  return [...counts.values()].map(({ row, count }) => [
    ...row,
    `${count}${count >= MOST_REPORTED ? ', the report lists no more' : ''}`,
  ]);
}

function nameOf(what: string): string {
  return what === 'connection'
    ? 'TCP connection'
    : what === 'dead-socket'
      ? 'socket without a connection'
      : what;
}

const MOST = 12;
const MOST_REPORTED = 1_000;
