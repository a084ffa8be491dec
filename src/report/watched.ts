import type { Measured } from '../not-measured.js';
import { formatCount, formatDuration, plural } from '../units.js';
import type { WatchFacts } from '../verdict/watched-load.js';
import { escapeText, formatCommand } from './escape.js';
import type { Report } from './report.js';
import type { ReportedWatch } from './reported-load.js';

/** What others did to the server, as the report has it; nothing for any other run. */
export function reportWatch(watch: WatchFacts | undefined): Measured<Pick<Report, 'watch'>> {
  if (!watch) return {};
  const { load, runs, inUse } = watch;
  return {
    watch: {
      command: load?.command.map(escapeText),
      status: load?.status,
      signal: load?.signal,
      stopped: load?.stopped ?? false,
      durationMs: watch.durationMs,
      ...{ runs, inUse, accepted: watch.accepted, acceptedBy: watch.acceptedBy },
    },
  };
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
