import { formatCount, formatDuration, plural } from '../../units.js';
import type { ReportedLimit, ReportedReload, ReportedServer } from '../reported-server.js';

/** What became of a server at its limit, and through its reloads: name and text. */
export function ownerRows({ limit, limitSkipped, reload }: ReportedServer): [name: string, text: string][] {
  return [
    ...(limit ? [['limit', limitText(limit)] as [string, string]] : []),
    ...(limitSkipped ? [['limit', SKIPPED[limitSkipped]] as [string, string]] : []),
    ...(reload ? [['reload', reloadText(reload)] as [string, string]] : []),
  ];
}

const SKIPPED: Readonly<Record<NonNullable<ReportedServer['limitSkipped']>, string>> = {
  failed: 'not driven to it: the server has failed already',
  interrupted: 'not driven to it: interrupted',
};

/** "32 fds reached with 40 silent clients: survived, served again after 0.20 s". */
function limitText(limit: ReportedLimit): string {
  const { openFiles, fullestFds, reached, clients, cpuPercent, died, replaced, kept } = limit;
  const silent = clients === 0 ? '' : ` with ${plural(clients, 'silent client')}`;
  const head = reached
    ? `${formatCount(openFiles)} fds reached${silent}`
    : `not reached: at most ${formatCount(fullestFds)} of ${formatCount(openFiles)} fds${silent}`;
  const parts = [
    died.length > 0 ? 'died' : 'survived',
    ...(replaced > 0 ? [`workers lost: ${replaced}`] : []),
    ...(cpuPercent !== null && cpuPercent >= WORTH_TELLING ? [`${cpuPercent} % of a CPU meanwhile`] : []),
    ...(died.length > 0 ? [] : [servedText(limit)]),
    ...(kept > 0 ? [`kept of them: ${kept}`] : []),
  ];
  return `${head}: ${parts.join(', ')}`;
}

function servedText({ servedAfterMs, waitedMs }: ReportedLimit): string {
  return servedAfterMs === null
    ? `did not serve again within ${formatDuration(waitedMs)}`
    : `served again after ${formatDuration(servedAfterMs)}`;
}

/** "SIGHUP 5 times, every 200 cycles: the 2 old workers are gone, cut off: none of 15 open connections". */
function reloadText(reload: ReportedReload): string {
  const { signal, sent, everyCycles, everyMs, workers, replaced, more, watched } = reload;
  const { cutOff, endsByItself } = reload;
  const every = everyMs === null ? plural(everyCycles ?? 0, 'cycle') : formatDuration(everyMs);
  const cut =
    endsByItself || watched === 0
      ? 'cut off: not judged, it ends such connections by itself'
      : `cut off: ${cutOff === 0 ? 'none' : cutOff} of ${plural(watched, 'open connection')}`;
  const old =
    more > 0
      ? `${plural(more, 'process', 'processes')} more than before`
      : workers === 0
        ? 'it has no workers'
        : `${replaced} of ${plural(workers, 'worker')} replaced, the old ones are gone`;
  return `${signal} ${plural(sent, 'time')}, every ${every}: ${old}, ${cut}`;
}

/** Below that it is nobody's business. */
const WORTH_TELLING = 25;
