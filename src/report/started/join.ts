import { type Measured, withNulls } from '../../not-measured.js';
import { plural } from '../../units.js';
import { judgeLife, type LifeOutcome } from '../../verdict/after-life.js';
import type { Finding, Kind } from '../../verdict/finding.js';
import type { Life } from '../../verdict/life.js';
import type { Policy } from '../../verdict/policy.js';
import type { Unheard } from '../../verdict/unheard.js';
import { escapeText, formatCommand } from '../escape.js';
import { reportFinding } from '../found.js';
import { wordsFor } from '../kinds/registry.js';
import type { Report, ReportedCheck, ReportedFinding } from '../report.js';
import type { ReportedServer } from '../reported-server.js';
import { lifeNotes } from './lines.js';

/** The report of a server that was started for it: what was tried, and what became of the server. Pure. */
export function joinLife(given: Report, life: Life, policy: Policy): Report {
  const report = withoutWantedRestarts(given, life);
  const outcome = judgeLife(life, report.cycles?.connections ?? 0, policy);
  const { findings: own, allowed, clean } = outcome;
  const told = own.map(finding =>
    reportFinding(finding, {
      target: report.target ?? { address: '' },
      terms: { unit: 'cycle', server: 'unknown' },
    }),
  );
  const findings = [...report.findings, ...told].map(finding => ({
    ...finding,
    evidence: finding.kind === 'fd' ? [...finding.evidence, ...placesOf(life)] : finding.evidence,
    next: nextForStarted(finding, life),
  }));
  const joined = {
    ...report,
    clean: report.clean && clean,
    findings,
    checks: joinChecks(report.checks, own, life),
    allowed: [...report.allowed, ...allowed],
    server: reportServer(life),
    notes: [...unheardNotes(life).map(escapeText), ...report.notes, ...lifeNotes(life).map(escapeText)],
  };
  return { ...joined, ...verdictOf(joined, report, outcome) };
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
function verdictOf(
  joined: Report,
  before: Report,
  { findings: own, doubtful }: LifeOutcome,
): Partial<Report> {
  const faults = own.filter(({ severity }) => severity === 'fail');
  const made = `${joined.cycles?.completed ?? 0} cycles`;
  if (faults.length > 0) {
    const said = faults.map(found => wordsFor(found).fault(found, 'cycle')).join(', ');
    const summary = before.verdict === 'fail' ? before.summary : `FAIL  ${made}`;
    return { verdict: 'fail', summary: `${summary}, ${said}` };
  }
  if (joined.verdict === 'pass' && doubtful) {
    return { verdict: 'undecided', summary: `UNDECIDED  ${made}, not decided: sanitizer` };
  }
  if (joined.verdict !== 'pass' || joined.clean || !before.clean) return {};
  if (joined.allowed.length === 0) return { summary: `PASS  ${made}, its own checker was not heard` };
  return {
    summary: `PASS  ${made}, allowed: ${joined.allowed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`,
  };
}

/** Kinds that cycles can show too have their check already; the others have one where they were asked for. */
function joinChecks(
  checks: readonly ReportedCheck[],
  own: readonly Finding[],
  { limit, reloaded, shutdown, unheard }: Life,
): ReportedCheck[] {
  const asked: readonly Kind[] = [
    ...(limit?.reached ? (['spin'] as const) : []),
    ...(reloaded ? (['reload'] as const) : []),
    ...(shutdown ? (['shutdown'] as const) : []),
    ...(unheard.length > 0 ? (['sanitizer'] as const) : []),
  ];
  const kinds = new Set<Kind>([...asked, ...own.map(({ kind }) => kind)]);
  const checkOf = (kind: Kind): ReportedCheck => {
    const found = own.filter(finding => finding.kind === kind);
    const status = found.some(({ severity }) => severity === 'fail')
      ? 'fail'
      : found.length > 0
        ? 'warn'
        : kind === 'sanitizer' && unheard.length > 0
          ? 'undecided'
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
    : `This is start ${turn} of ${wanted}${turn === 1 ? '' : turn === 2 ? '; the one before it passed' : '; those before it passed'}${turn === wanted ? '' : ', and no further one was made'}.`;
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

/** The life of a server as the report has it: text from outside is made harmless. */
function reportServer(life: Life): ReportedServer {
  const { command, pid, port, readyMs, isDaemon, output, shutdown } = life;
  return withNulls<ReportedServer>({
    command: command.map(escapeText),
    pid,
    port,
    readyMs: Math.round(readyMs),
    daemon: isDaemon,
    stopped: reportStop(life),
    limit: reportLimit(life),
    limitSkipped: life.limitSkipped,
    reload: reportReload(life),
    shutdown,
    unheard: life.unheard,
    openAtExit: life.openAtExit.map(({ count, stack }) => ({ count, stack: stack.map(escapeText) })),
    output: {
      lines: output.lines.map(escapeText),
      file: output.file === undefined ? undefined : escapeText(output.file),
    },
  });
}

function reportStop({ stopped }: Life): Measured<ReportedServer['stopped']> {
  const { how, exit, asked = 'SIGTERM', tookMs, leftBehind, portFree, survivors } = stopped;
  return {
    how,
    signal: exit?.signal,
    status: exit?.status,
    asked,
    tookMs: Math.round(tookMs * 10) / 10,
    leftBehind: leftBehind.map(({ pid, comm }) => ({ pid, comm: escapeText(comm) })),
    portFree,
    survivors,
  };
}

function reportLimit({ limit }: Life): Measured<NonNullable<ReportedServer['limit']>> | undefined {
  if (!limit) return undefined;
  const { openFiles, clients, fullestFds, reached, cpuPercent, fdsBefore, fdsAfter, servedAfterMs } = limit;
  return {
    ...{ openFiles, clients, fullestFds, reached, cpuPercent, fdsBefore, fdsAfter },
    died: limit.died.map(({ pid }) => pid),
    replaced: limit.replaced.length,
    servedAfterMs: servedAfterMs === undefined ? undefined : Math.round(servedAfterMs * 10) / 10,
    waitedMs: Math.round(limit.waitedMs),
    kept: limit.kept.reduce((sum, { count }) => sum + count, 0),
  };
}

function reportReload({ reloaded }: Life): Measured<NonNullable<ReportedServer['reload']>> | undefined {
  if (!reloaded) return undefined;
  // They have always stood last.
  const { everyCycles, everyMs, ...rest } = reloaded;
  return { ...rest, everyCycles, everyMs };
}

/** Why there is no verdict although nothing was found, and what would give one. */
function unheardNotes({ unheard }: Pick<Life, 'unheard'>): string[] {
  return unheard.map(one => WORDS[one.why](one));
}

/** Where the most of what was open at exit had been opened; what was opened once is no leak. */
function placesOf({ openAtExit }: Pick<Life, 'openAtExit'>): string[] {
  return openAtExit
    .filter(({ count }) => count > 1)
    .slice(0, 3)
    .map(({ count, stack }) =>
      escapeText(
        `valgrind: ${count} descriptors open at exit were opened by ${stack.slice(0, 4).join(' ← ')}`,
      ),
    );
}

const WORDS: Readonly<Record<Unheard['why'], (one: Unheard) => string>> = {
  signal: ({ pids }) =>
    `LeakSanitizer had no chance to report: it looks for lost memory in exit(), and the signal that stopped the server ended ${named(pids)} before. Handle SIGTERM and return from main() or call exit() then; or call __lsan_do_leak_check().`,
  killed: ({ tool, pids }) =>
    `${tool} had no chance to report: it does that when the program ends, and ${named(pids)} had to be killed. Handle SIGTERM and leave in time, or give it longer with --grace 1m.`,
  'no-exit': ({ pids }) =>
    `LeakSanitizer had no chance to report: it looks for lost memory in exit(), and ${named(pids)} ended without it, as by _exit() or by a signal. Return from main() or call exit(); or call __lsan_do_leak_check() before the end.`,
  'switched-off': ({ tool, pids }) =>
    `${tool} was told not to look for lost memory (${tool === 'valgrind' ? '--leak-check=no' : 'detect_leaks=0'}), and that of ${named(pids)} cannot be judged from outside beside it. Leave that option out, or judge a server without a checker.`,
  quiet: ({ pids }) =>
    `valgrind had no chance to report what was lost in ${named(pids)}: with -q it says so only with --leak-check=full.`,
  elsewhere: ({ tool, pids }) =>
    `What ${tool} has to say of ${named(pids)} cannot be read here: it goes to a place that churn does not see. Let it write to stderr, or to a file (${tool === 'valgrind' ? '--log-file=' : 'log_path='}).`,
  'other-faults': ({ tool, pids }) =>
    `Memory not decided: ${tool === 'valgrind' ? 'this tool of valgrind' : tool} looks for other faults, and beside it the memory of ${named(pids)} cannot be judged from outside. Judge the server without it too, or with ${tool === 'valgrind' ? 'memcheck' : 'AddressSanitizer'}.`,
  broken: ({ pids }) =>
    `LeakSanitizer could not look for lost memory in ${named(pids)}: it broke off with an error. It needs ptrace(2), which containers and debuggers may keep from it: docker run --cap-add SYS_PTRACE.`,
};

function named(pids: readonly number[]): string {
  return pids.length > 4 ? plural(pids.length, 'process', 'processes') : `process ${pids.join(', ')}`;
}
