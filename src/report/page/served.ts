import { formatCount, formatDuration } from '../../units.js';
import type { Markup } from '../markup.js';
import type { ReportedClient, ReportedServe } from '../reported-serve.js';
import { sayings, table } from './table.js';

/** What `churn serve` saw: each client in a row, and what belongs to none of them. */
export function servedTables({ clients, rows, curve }: ReportedServe): Markup[] {
  const shown = [...clients].sort((one, other) => rank(one) - rank(other)).slice(0, MOST_CLIENTS);
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

const MOST_CLIENTS = 50;
