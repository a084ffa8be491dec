import { judgeLife } from '../../verdict/after-life.js';
import type { Finding, Kind } from '../../verdict/finding.js';
import type { Life } from '../../verdict/life.js';
import type { Policy } from '../../verdict/policy.js';
import { escapeText, formatCommand } from '../escape.js';
import { reportFinding } from '../found.js';
import type { Report, ReportedCheck, ReportedFinding, ReportedTarget } from '../report.js';
import { FAULTS } from '../summary.js';
import { lifeNotes } from '../wording/life.js';
import { reportServer } from './reported.js';

/** The report of a server that was started for it: what was tried, and what became of the server. Pure. */
export function joinLife(given: Report, life: Life, policy: Policy): Report {
  const report = withoutWantedRestarts(given, life);
  const { findings: own, allowed, clean } = judgeLife(life, report.cycles?.connections ?? 0, policy);
  const told = own.map(finding => reportFinding(finding, { target: report.target ?? NOBODY }, 'unknown'));
  const findings = [...report.findings, ...told].map(finding => ({
    ...finding,
    next: nextForStarted(finding, life),
  }));
  const joined = {
    ...report,
    clean: report.clean && clean,
    findings,
    checks: joinChecks(report.checks, own, life),
    allowed: [...report.allowed, ...allowed],
    server: reportServer(life),
    notes: [...report.notes, ...lifeNotes(life).map(escapeText)],
  };
  return { ...joined, ...verdictOf(joined, report, own) };
}

/** A worker that was replaced because we asked for it is none that was lost. */
function withoutWantedRestarts(report: Report, { reloaded }: Life): Report {
  if (!reloaded || reloaded.sent === 0) return report;
  const isWanted = ({ kind, severity }: ReportedFinding) => kind === 'restart' && severity === 'warn';
  if (!report.findings.some(isWanted)) return report;
  return {
    ...report,
    findings: report.findings.filter(finding => !isWanted(finding)),
    checks: report.checks.map(check => (check.kind === 'restart' ? { ...check, status: 'pass' } : check)),
  };
}

/** A fault of its life beside those of the cycles; a pass that is one by permission says so. */
function verdictOf(joined: Report, before: Report, own: readonly Finding[]): Partial<Report> {
  const faults = own.filter(({ severity }) => severity === 'fail');
  const made = `${joined.cycles?.completed ?? 0} cycles`;
  if (faults.length > 0) {
    const said = faults.map(({ kind, count, perCycle }) => FAULTS[kind](count, perCycle)).join(', ');
    const summary = before.verdict === 'fail' ? before.summary : `FAIL  ${made}`;
    return { verdict: 'fail', summary: `${summary}, ${said}` };
  }
  if (joined.verdict !== 'pass' || joined.clean || !before.clean) return {};
  return {
    summary: `PASS  ${made}, allowed: ${joined.allowed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`,
  };
}

/** Kinds that cycles can show too have their check already; the others have one where they were asked for. */
function joinChecks(
  checks: readonly ReportedCheck[],
  own: readonly Finding[],
  { limit, reloaded, shutdown }: Life,
): ReportedCheck[] {
  const asked: readonly Kind[] = [
    ...(limit?.reached ? (['spin'] as const) : []),
    ...(reloaded ? (['reload'] as const) : []),
    ...(shutdown ? (['shutdown'] as const) : []),
  ];
  const kinds = new Set<Kind>([...asked, ...own.map(({ kind }) => kind)]);
  const checkOf = (kind: Kind): ReportedCheck => {
    const found = own.filter(finding => finding.kind === kind);
    const status = found.some(({ severity }) => severity === 'fail')
      ? 'fail'
      : found.length > 0
        ? 'warn'
        : 'pass';
    const after = found.reduce((sum, { count }) => sum + count, 0);
    return { kind, status, before: 0, after, perRound: [], bound: null };
  };
  const known = new Set(checks.map(({ kind }) => kind));
  return [
    ...checks.map(check => {
      const { status } = [...kinds].includes(check.kind as Kind) ? checkOf(check.kind as Kind) : check;
      return status === 'fail' || check.status === 'pass' ? { ...check, status } : check;
    }),
    ...[...kinds].filter(kind => !known.has(kind)).map(checkOf),
  ];
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

/** The server is gone by the time that this is read: the command has to start it again. */
function nextForStarted({ kind, next }: ReportedFinding, { given, picksPort, port }: Life): string {
  if (next.startsWith('churn inspect')) return `churn explain ${kind}`;
  if (next.startsWith('churn explain')) return next;
  const again = picksPort ? next.replace(`--port ${port}`, '--port auto') : next;
  return `${again} -- ${formatCommand(given)}`;
}

const NOBODY: ReportedTarget = {
  ...{ address: '', pids: [], command: [], listeners: [], processes: [], alive: false },
  limits: { openFiles: null, processes: null },
};
