import { judgeLife } from '../../verdict/after-life.js';
import type { Finding } from '../../verdict/finding.js';
import type { Life } from '../../verdict/life.js';
import type { Policy } from '../../verdict/policy.js';
import { breakProof, escapeText, formatCommand } from '../escape.js';
import type { Report, ReportedCheck, ReportedFinding } from '../report.js';
import type { ReportedServer } from '../reported-server.js';
import { FAULTS } from '../summary.js';
import { wordsFor } from '../wording/findings.js';
import { lifeNotes } from '../wording/life.js';

/** The report of a server that was started for it: what was tried, and what became of the server. Pure. */
export function joinLife(report: Report, life: Life, policy: Policy): Report {
  const { findings: own, allowed } = judgeLife(life, report.cycles?.connections ?? 0, policy);
  const findings = [...report.findings, ...own.map(reportFinding)].map(finding => ({
    ...finding,
    next: nextForStarted(finding, life),
  }));
  const faults = own.filter(({ severity }) => severity === 'fail');
  return {
    ...report,
    ...(faults.length > 0 && faulty(report, faults)),
    clean: report.clean && own.length === 0,
    findings,
    checks: [...report.checks, ...own.map(checkOf)],
    allowed: [...report.allowed, ...allowed],
    server: reportServer(life),
    notes: [...report.notes, ...lifeNotes(life).map(escapeText)],
  };
}

/** A fault of its life beside those of the cycles. */
function faulty({ verdict, summary, cycles }: Report, faults: readonly Finding[]): Partial<Report> {
  const said = faults.map(({ kind, count, perCycle }) => FAULTS[kind](count, perCycle)).join(', ');
  const before = verdict === 'fail' ? summary : `FAIL  ${cycles?.completed ?? 0} cycles`;
  return { verdict: 'fail', summary: `${before}, ${said}` };
}

function checkOf({ kind, severity, count }: Finding): ReportedCheck {
  return { kind, status: severity, before: 0, after: count, perRound: [], bound: null };
}

function reportFinding(finding: Finding): ReportedFinding {
  const words = wordsFor('sanitizer');
  if (finding.kind !== 'sanitizer') throw new Error(`${finding.kind} is no matter of the life of a server`);
  const { kind, severity, count, perCycle, reports } = finding;
  return {
    ...{ kind, severity, count, perCycle: Number(perCycle.toPrecision(6)) },
    title: breakProof(words.title(finding)),
    cause: breakProof(words.cause(finding)),
    advice: breakProof(words.advice(finding)),
    next: `churn explain ${kind}`,
    evidence: words.evidence(finding).map(breakProof),
    facts: { reports: reports.map(({ tool, said }) => ({ tool, said: escapeText(said) })) },
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
