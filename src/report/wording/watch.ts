import { formatCount, formatDuration, plural } from '../../units.js';
import type { Finding } from '../../verdict/finding.js';
import type { WatchFacts } from '../../verdict/watched-load.js';
import { formatCommand } from '../escape.js';
import type { ReportedWatch } from '../reported-load.js';
import { perMinute } from './numbers.js';

/** Where others make the connections nobody counts cycles: the same sentence, told of connections. Options keep their names. */
export function inConnections(text: string): string {
  return text.replace(/(?<!--)\bcycle(s?)\b/g, 'connection$1');
}

/** "30 per minute": growth where connections may be few and long. */
export function perMinuteOfLoad({ count }: Finding, { judgedMs }: WatchFacts): string {
  return `that is ${perMinute(count / Math.max(1 / 60, judgedMs / 60_000))} per minute of the load`;
}

/** What was done to the server, and how it ended. */
export function watchRows(watch: ReportedWatch): [name: string, text: string][] {
  const { command, durationMs, runs, inUse, accepted, acceptedBy } = watch;
  const times = runs > 1 ? `, made ${runs} times` : '';
  const load = command
    ? `${formatCommand(command)}   ${endOf(watch)} after ${formatDuration(durationMs)}${times}`
    : `whoever used it in ${formatDuration(durationMs)}`;
  const still = inUse > 0 ? `; ${formatCount(inUse)} still in use` : '';
  return [
    ['load', load],
    ['accepted', `${ACCEPTED[acceptedBy ?? 'machine'](plural(accepted, 'connection'))}${still}`],
  ];
}

const ACCEPTED: Readonly<Record<NonNullable<ReportedWatch['acceptedBy']>, (connections: string) => string>> =
  {
    server: connections => connections,
    'server-at-least': connections => `at least ${connections}; memory is not judged without their number`,
    machine: connections =>
      `${connections} by all servers of this machine, for want of ss: memory is not judged by them`,
  };

function endOf({ status, signal, stopped }: ReportedWatch): string {
  if (stopped) return 'was ended by --duration';
  return signal === null ? `ended with status ${status}` : `ended by ${signal}`;
}
