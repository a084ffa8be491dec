import { exitWords } from '../../exit-words.js';
import { formatDuration } from '../../units.js';
import type { Life } from '../../verdict/life.js';
import type { ReportedServer } from '../reported-server.js';
import { ownerRows } from './owner-rows.js';

/** What a reader should know of how the server lived and died, though it is not judged. */
export function lifeNotes({ command, isDaemon, stopped, graceMs, pid }: Life): string[] {
  const name = command[0] ?? 'The server';
  const { how, exit, leftBehind, survivors, portFree } = stopped;
  return [
    ...(isDaemon
      ? [
          `${name} forked away as a daemon: process ${pid} ended with ${exitWords(exit ?? {})}, and what it left in the background served. That was found, judged and stopped; only in the foreground its end can be seen.`,
        ]
      : []),
    ...(how === 'kill'
      ? [`${name} did not stop within ${formatDuration(graceMs)} of SIGTERM (--grace) and was killed.`]
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

/** "ready after 0.02 s", "SIGTERM, gone after 0.01 s with exit status 0, port free". */
export function lifeRows(server: ReportedServer): [name: string, text: string][] {
  const { readyMs, stopped, daemon, shutdown } = server;
  const { how, signal, status, tookMs, portFree } = stopped;
  const end =
    daemon || (signal === null && status === null)
      ? ''
      : ` with ${signal === null ? `exit status ${status}` : signal}`;
  const port = portFree === null ? '' : portFree ? ', port free' : ', port still open';
  const took = formatDuration(tookMs);
  const churned = shutdown ? `, while ${shutdown.concurrency} clients churned` : '';
  const stop = {
    itself: `gone before it was stopped${end === '' ? '' : `,${end}`}`,
    term: `by SIGTERM in ${took}${end}${port}${churned}`,
    kill: `SIGTERM was ignored for ${took}${churned}, killed${port}`,
  }[how];
  return [['started', `listened after ${formatDuration(readyMs)}`], ...ownerRows(server), ['stopped', stop]];
}
