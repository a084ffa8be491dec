import { exitWords } from '../../exit-words.js';
import { formatCount, formatDuration, plural } from '../../units.js';
import type { Life } from '../../verdict/life.js';
import type { Report } from '../report.js';
import type { ReportedLimit, ReportedReload, ReportedServer } from '../reported-server.js';

/**
 * What a report says of a server that was started for it: name and text, such as "listened after 0.02 s" and "by SIGTERM
 * in 0.01 s with exit status 0, port free". Nothing for any other.
 */
export function startedRows({ server }: Report): [name: string, text: string][] {
  if (!server) return [];
  const { readyMs, stopped, daemon, shutdown } = server;
  const { how, signal, status, asked = 'SIGTERM', tookMs, portFree } = stopped;
  const end =
    daemon || (signal === null && status === null)
      ? ''
      : ` with ${signal === null ? `exit status ${status}` : signal}`;
  const port = portFree === null ? '' : portFree ? ', port free' : ', port still open';
  const took = formatDuration(tookMs);
  const churned = shutdown ? `, while ${shutdown.concurrency} clients churned` : '';
  const stop = {
    itself: `gone before it was stopped${end === '' ? '' : `,${end}`}`,
    term: `by ${asked} in ${took}${end}${port}${churned}`,
    kill: `${asked} was ignored for ${took}${churned}, killed${port}`,
  }[how];
  return [['started', `listened after ${formatDuration(readyMs)}`], ...ownerRows(server), ['stopped', stop]];
}

/** What became of a server at its limit, and through its reloads: name and text. */
function ownerRows({ limit, limitSkipped, reload }: ReportedServer): [name: string, text: string][] {
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

/** The end of what it wrote, where something went wrong; undefined where there is nothing to be said of that. */
export function lastOutput({
  server,
  verdict,
}: Report): { readonly caption: string; readonly lines: readonly string[] } | undefined {
  if (!server || verdict !== 'fail') return undefined;
  const { lines, file } = server.output;
  if (lines.length === 0 && file !== null) return undefined;
  if (lines.length === 0) return { caption: 'the server wrote nothing', lines };
  const where = file === null ? 'all of it with --server-log FILE' : `all of it in ${file}`;
  return { caption: `the last that the server wrote (${where})`, lines };
}

export function outputLines(report: Report): string[] {
  const output = lastOutput(report);
  if (!output) return [];
  const { caption, lines } = output;
  return ['', `  ${caption}${lines.length > 0 ? ':' : ''}`, ...lines.map(line => `  | ${line}`)];
}

/** What a reader should know of how the server lived and died, though it is not judged. */
export function lifeNotes({ command, isDaemon, stopped, graceMs, pid }: Life): string[] {
  const name = command[0] ?? 'The server';
  const { how, exit, asked = 'SIGTERM', leftBehind, survivors, portFree } = stopped;
  return [
    ...(isDaemon
      ? [
          `${name} forked away as a daemon: process ${pid} ended with ${exitWords(exit ?? {})}, and what it left in the background served. That was found, judged and stopped; only in the foreground its end can be seen.`,
        ]
      : []),
    ...(how === 'kill'
      ? [`${name} did not stop within ${formatDuration(graceMs)} of ${asked} (--grace) and was killed.`]
      : []),
    ...(leftBehind.length > 0
      ? [
          `${name} left processes behind when it ended: ${leftBehind.map(({ pid, comm }) => `${pid} (${comm})`).join(', ')}. They were stopped too.`,
        ]
      : []),
    ...(portFree === false ? ['Its port is still listened on after its end, by somebody else.'] : []),
    ...(survivors.length > 0 ? [`Even SIGKILL did not end process ${survivors.join(', ')}.`] : []),
  ];
}
