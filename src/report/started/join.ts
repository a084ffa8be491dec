import type { Life } from '../../verdict/life.js';
import { escapeText, formatCommand } from '../escape.js';
import type { Report, ReportedFinding } from '../report.js';
import type { ReportedServer } from '../reported-server.js';
import { lifeNotes } from '../wording/life.js';

/** The report of a server that was started for it: what was tried, and what became of the server. Pure. */
export function joinLife(report: Report, life: Life): Report {
  const told = life.sanitizers.map(({ tool, said }) => escapeText(`${tool}: ${said}`));
  const findings = report.findings.map(finding => ({
    ...finding,
    evidence: finding.kind === 'crash' ? [...finding.evidence, ...told] : finding.evidence,
    next: nextForStarted(finding, life),
  }));
  const crashed = findings.some(({ kind }) => kind === 'crash');
  return {
    ...report,
    ...(told.length > 0 && report.verdict === 'pass' && doubt(report)),
    findings,
    server: reportServer(life),
    notes: [
      ...report.notes,
      ...lifeNotes(life).map(escapeText),
      ...(crashed ? [] : told.map(text => `The server's own checker reported ${text}`)),
    ],
  };
}

/** What the server's own checker reports is no proof of a clean run, whatever the cycles say. */
function doubt({ cycles }: Report): Pick<Report, 'verdict' | 'clean' | 'summary'> {
  const made = `${cycles?.completed ?? 0} cycles`;
  return {
    verdict: 'undecided',
    clean: false,
    summary: `UNDECIDED  ${made}, but the server's own checker reported errors`,
  };
}

/** Which of several starts is told, and that all before it passed. */
export function joinTurns(report: Report, turn: number, wanted: number): Report {
  const isLast = turn === wanted && report.verdict === 'pass';
  const note = isLast
    ? `The server was started, tried and stopped ${wanted} times, and passed each time; the last one is told.`
    : `This is start ${turn} of ${wanted}; those before it passed.`;
  const server = report.server && { ...report.server, turn, turns: wanted };
  return { ...report, ...(server && { server }), notes: [...report.notes, note] };
}

function reportServer({ command, pid, port, readyMs, isDaemon, stopped, output }: Life): ReportedServer {
  const { how, exit, tookMs, leftBehind, portFree, survivors } = stopped;
  return {
    command: command.map(escapeText),
    pid,
    port: port ?? null,
    readyMs: Math.round(readyMs),
    daemon: isDaemon,
    stopped: {
      how,
      signal: exit?.signal ?? null,
      status: exit?.status ?? null,
      tookMs: Math.round(tookMs * 10) / 10,
      leftBehind: leftBehind.map(({ pid, comm }) => ({ pid, comm: escapeText(comm) })),
      portFree: portFree ?? null,
      survivors,
    },
    output: {
      lines: output.lines.map(escapeText),
      file: output.file === undefined ? null : escapeText(output.file),
    },
  };
}

/** The server is gone by the time that this is read: the command has to start it again. */
function nextForStarted({ kind, next }: ReportedFinding, { given, picksPort, port }: Life): string {
  if (next.startsWith('churn inspect')) return `churn explain ${kind}`;
  if (next.startsWith('churn explain')) return next;
  const again = picksPort ? next.replace(`--port ${port}`, '--port auto') : next;
  return `${again} -- ${formatCommand(given)}`;
}
