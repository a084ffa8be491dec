import { formatBytes, formatCount, formatDuration, plural } from '../../units.js';
import type { ReportedClient, ReportedServe } from '../reported-serve.js';
import { drawCurve } from './curve.js';

type Facts = Pick<ReportedServe, 'own' | 'curve' | 'clients' | 'exit' | 'manners' | 'durationMs'>;

/** The figures of a report as lines for a person. */
export function serveRows(facts: Facts, dropped: number): Array<readonly [name: string, text: string]> {
  const { clients, own, curve, manners, exit, durationMs } = facts;
  const [only] = clients.length === 1 ? clients : [];
  return [
    ['manner', manners.join(', ')],
    ...(only ? clientRows(only) : clients.slice(0, MOST_CLIENTS).map(clientLine)),
    ...(clients.length > MOST_CLIENTS
      ? ([['…', `${clients.length - MOST_CLIENTS} more clients stand in the JSON report`]] as const)
      : []),
    ...(curve.length > 1 ? ([['open', openCurve(curve)]] as const) : []),
    ...(exit
      ? ([
          ['ended', `${exit.signal ?? `exit status ${exit.status}`}, after ${formatDuration(durationMs)}`],
        ] as const)
      : []),
    ['own memory', ownText(own)],
    ...(dropped > 0
      ? ([
          [
            'dropped',
            `${plural(dropped, 'connection')}, because this server had no descriptors left: ulimit -n`,
          ],
        ] as const)
      : []),
  ];
}

function clientRows(client: ReportedClient): Array<readonly [string, string]> {
  const { connections, requests, answered, failed, peakOpen, peakBusy, peakIdle, longestIdleMs } = client;
  const { endedByClient, endedByServer, resets, garbage, refusedTls, fdsBefore, fdsPeak } = client;
  return [
    [
      'requests',
      `${plural(requests, 'request')} over ${plural(connections, 'connection')}, ${formatCount(answered)} answered, ${formatCount(failed)} failed on purpose`,
    ],
    [
      'at most',
      `${formatCount(peakOpen)} open, ${plural(peakBusy, 'request')} under way, ${formatCount(peakIdle)} idle for up to ${formatDuration(longestIdleMs)}`,
    ],
    [
      'closed',
      `${formatCount(endedByClient)} by the client${resets > 0 ? ` (${formatCount(resets)} by RST)` : ''}, ${formatCount(endedByServer)} by this server`,
    ],
    ...(garbage > 0 ? ([['garbage', `${plural(garbage, 'time')} what came was no request`]] as const) : []),
    ...(refusedTls > 0
      ? ([['tls', `${plural(refusedTls, 'handshake')} ended at the certificate`]] as const)
      : []),
    ...(fdsBefore === null || fdsPeak === null
      ? ([['fds', 'not to be seen from here']] as const)
      : ([
          [
            'fds',
            `${fdsBefore} → ${fdsPeak}   CLOSE_WAIT ${client.peakCloseWait}, reset and kept ${client.peakDead}`,
          ],
        ] as const)),
  ];
}

function clientLine(client: ReportedClient): readonly [string, string] {
  const { name, verdict, requests, connections, peakOpen, peakIdle } = client;
  return [
    verdict === 'fail' ? '✖ client' : 'client',
    `${name}: ${plural(requests, 'request')} over ${plural(connections, 'connection')}, at most ${formatCount(peakOpen)} open, ${formatCount(peakIdle)} idle`,
  ];
}

function openCurve(curve: ReportedServe['curve']): string {
  const open = curve.map(([, count]) => count);
  const [last = 0] = curve.at(-1) ?? [];
  return `${drawCurve(open, CURVE_COLUMNS)}  up to ${formatCount(Math.max(...open))}, request 1 … ${formatCount(last)}`;
}

function ownText({ beforeBytes, peakBytes, perConnectionBytes }: ReportedServe['own']): string {
  const each = perConnectionBytes === null ? '' : `, ${formatBytes(perConnectionBytes)} per open connection`;
  return `${formatBytes(beforeBytes)} → ${formatBytes(peakBytes)} at most${each}`;
}

const MOST_CLIENTS = 20;
const CURVE_COLUMNS = 40;
