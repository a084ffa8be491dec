import type { Life } from '../../verdict/life.js';
import { escapeText } from '../escape.js';
import type { ReportedServer } from '../reported-server.js';

/** The life of a server as the report has it: text from outside is made harmless, what is not there is null. */
export function reportServer(life: Life): ReportedServer {
  const { command, pid, port, readyMs, isDaemon, output, shutdown } = life;
  return {
    command: command.map(escapeText),
    pid,
    port: port ?? null,
    readyMs: Math.round(readyMs),
    daemon: isDaemon,
    stopped: reportStop(life),
    limit: reportLimit(life),
    limitSkipped: life.limitSkipped ?? null,
    reload: reportReload(life),
    shutdown: shutdown ?? null,
    output: {
      lines: output.lines.map(escapeText),
      file: output.file === undefined ? null : escapeText(output.file),
    },
  };
}

function reportStop({ stopped }: Life): ReportedServer['stopped'] {
  const { how, exit, tookMs, leftBehind, portFree, survivors } = stopped;
  return {
    how,
    signal: exit?.signal ?? null,
    status: exit?.status ?? null,
    tookMs: Math.round(tookMs * 10) / 10,
    leftBehind: leftBehind.map(({ pid, comm }) => ({ pid, comm: escapeText(comm) })),
    portFree: portFree ?? null,
    survivors,
  };
}

function reportLimit({ limit }: Life): NonNullable<ReportedServer['limit']> | null {
  if (!limit) return null;
  const { openFiles, clients, fullestFds, reached, cpuPercent, fdsBefore, fdsAfter, servedAfterMs } = limit;
  return {
    ...{ openFiles, clients, fullestFds, reached, cpuPercent: cpuPercent ?? null, fdsBefore, fdsAfter },
    died: limit.died.map(({ pid }) => pid),
    replaced: limit.replaced.length,
    servedAfterMs: servedAfterMs === undefined ? null : Math.round(servedAfterMs * 10) / 10,
    waitedMs: Math.round(limit.waitedMs),
    kept: limit.kept.reduce((sum, { count }) => sum + count, 0),
  };
}

function reportReload({ reloaded }: Life): NonNullable<ReportedServer['reload']> | null {
  if (!reloaded) return null;
  const { everyCycles, everyMs, ...rest } = reloaded;
  return { ...rest, everyCycles: everyCycles ?? null, everyMs: everyMs ?? null };
}
