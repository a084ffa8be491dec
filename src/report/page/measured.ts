import { x as element } from 'xastscript';
import { formatBytes, formatCount, formatDuration } from '../../units.js';
import { type Unit, unitOf } from '../counts.js';
import { askedRows, formatMs, holdRows } from '../load-rows.js';
import type { Markup } from '../markup.js';
import type { Report, ReportedCheck, ReportedCycles, ReportedHeld } from '../report.js';
import type { ReportedSpread } from '../reported-load.js';
import type { ReportedClient, ReportedServe } from '../reported-serve.js';
import { startedRows } from '../started/lines.js';
import { watchRows } from '../watched.js';
import { sayings, table } from './table.js';

/** The figures: before and after of each kind of trouble, what belongs to this sort of run, and notes. */
export function measuredSection(report: Report): Markup[] {
  const { cycles, checks, notes, serve, watch, hold = null } = report;
  if (!serve && !cycles) return [];
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
        CHECK_HEAD,
        checks.map(check => checkRow(check, unitOf(report))),
      ),
      ...sayings('What was asked', askedRows(report)),
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

function checkRow({ kind, status, before, after, bound }: ReportedCheck, unit: Unit): string[] {
  const format = (value: number | null) =>
    value === null ? '–' : kind === 'memory' ? formatBytes(value) : formatCount(value);
  const missed = bound === null ? '' : bound < 1 ? ', no growth' : `, growth under ${format(bound)}/${unit}`;
  return [kind, `${status.replace('-', ' ')}${missed}`, format(before), format(after)];
}

const CHECK_HEAD = ['kind', 'result', 'before', 'after'] as const;

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
        ['fd', 'pid', 'inode', 'what', 'state', `from ${unitOf(report)}`],
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
  if (heldCount === undefined) return held.length < MAX_REPORTED ? '' : `, of the first ${listed}`;
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
const MAX_REPORTED = 1_000;

/** How long things took: percentiles, and a bar for each bucket. */
export function latencySection({ latency }: Report): Markup[] {
  if (!latency) return [];
  const since = latency.since === 'due' ? 'since each was due' : 'since each began';
  const spreads = (['connect', 'reply', 'late'] as const).flatMap(name => {
    const spread = latency[name];
    return spread ? [{ name, spread }] : [];
  });
  if (spreads.length === 0) return [];
  return [
    element('section', { 'aria-labelledby': 'latency' }, [
      element('h2', { id: 'latency' }, 'How long it took'),
      ...table(
        `Times ${since}`,
        ['what', 'cycles', 'p50', 'p90', 'p99', 'max'],
        spreads.map(({ name, spread }) => [
          NAMES[name],
          formatCount(spread.count),
          ...[spread.p50Ms, spread.p90Ms, spread.p99Ms, spread.maxMs].map(formatMs),
        ]),
      ),
      ...spreads.flatMap(({ name, spread }) => histogram(NAMES[name], spread)),
    ]),
  ];
}

function histogram(name: string, { buckets }: ReportedSpread): Markup[] {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return table(
    `Histogram: ${name}`,
    ['up to', 'cycles', 'share of the largest'],
    buckets.map(({ untilMs, count }) => [formatMs(untilMs), formatCount(count), bar(count / most)]),
  );
}

/** Eighths of a block, so that one in a thousand is still to be seen. */
function bar(share: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * 8 * WIDTH));
  return '█'.repeat(eighths >> 3) + (['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7] ?? '');
}

const NAMES = { connect: 'connected', reply: 'answered', late: 'began late' } as const;
const WIDTH = 20;

/** What `churn serve` saw: each client in a row, and what belongs to none of them. */
function servedTables({ clients, rows, curve }: ReportedServe): Markup[] {
  const shown = [...clients].sort((one, other) => rank(one) - rank(other)).slice(0, MAX_CLIENTS);
  const which =
    shown.length < clients.length
      ? `, ${shown.length} of ${formatCount(clients.length)}; all of them stand in the JSON report`
      : '';
  return [
    ...table(`The clients${which}`, HEAD, shown.map(clientCells)),
    ...sayings(
      'What was seen beside that',
      rows.filter(([name]) => !isToldElsewhere(name, curve.length > 1)),
    ),
  ];
}

const HEAD = [
  'client',
  'verdict',
  'requests',
  'connections',
  'open at most',
  'at a time',
  'idle at most',
  'idle for',
  'needless handshakes',
  'reset by it',
  'fds',
  'CLOSE_WAIT',
  'reset and kept',
] as const;

function clientCells(client: ReportedClient): string[] {
  const { fdsBefore, fdsPeak, peakCloseWait, peakDead } = client;
  const known = (value: number | null) => (value === null ? 'not seen' : formatCount(value));
  return [
    client.name,
    client.verdict === 'fail' ? '✖ fail' : client.verdict,
    formatCount(client.requests),
    formatCount(client.connections),
    formatCount(client.peakOpen),
    formatCount(client.peakBusy),
    formatCount(client.peakIdle),
    formatDuration(client.longestIdleMs),
    formatCount(client.wastedHandshakes),
    formatCount(client.resets),
    fdsBefore === null ? 'not seen' : `${fdsBefore} → ${fdsPeak ?? '–'}`,
    known(peakCloseWait),
    known(peakDead),
  ];
}

/** Those at fault first. */
function rank({ verdict }: ReportedClient): number {
  return { fail: 0, undecided: 1, pass: 2 }[verdict];
}

/** Where there are several, their lines are the table; the line of blocks is the picture. */
function isToldElsewhere(name: string, hasPicture: boolean): boolean {
  return name === 'client' || name === '✖ client' || name === '…' || (name === 'open' && hasPicture);
}

const MAX_CLIENTS = 50;
