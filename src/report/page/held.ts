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
  const listed = listedOf(report);
  const which =
    held.length <= MOST ? '' : `, the first and the last ${MOST / 2} of ${formatCount(held.length)}`;
  return [
    element('section', { 'aria-labelledby': 'held' }, [
      element('h2', { id: 'held' }, 'What is held'),
      ...table(
        `Descriptors by what they are${listed}`,
        ['what', 'state', 'descriptors'],
        counted(held, listed !== ''),
      ),
      ...table(
        `Descriptors${which}`,
        ['fd', 'pid', 'inode', 'what', 'state', `from ${report.watch ? 'connection' : 'cycle'}`],
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

/** The report lists no more than a thousand; reports of former versions do not say how many there are. */
function listedOf({ held, heldCount }: Report): string {
  const listed = formatCount(held.length);
  if (heldCount === undefined) return held.length < MOST_REPORTED ? '' : `, of the first ${listed}`;
  return heldCount <= held.length
    ? ''
    : `, of the ${listed} that the report lists of ${formatCount(heldCount)}`;
}

function counted(held: readonly ReportedHeld[], areMore: boolean): string[][] {
  const counts = new Map<string, { readonly row: [string, string]; count: number }>();
  for (const { what, state } of held) {
    const row: [string, string] = [nameOf(what), state ?? 'in no table'];
    const known = counts.get(row.join()) ?? { row, count: 0 };
    known.count++;
    counts.set(row.join(), known);
  }
  return [...counts.values()].map(({ row, count }) => [...row, `${count}${areMore ? ' or more' : ''}`]);
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
