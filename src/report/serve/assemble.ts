import type { ServeOptions } from '../../serve-options.js';
import type { ClientFinding } from '../../verdict/client/finding.js';
import { CLIENT_KINDS } from '../../verdict/client/kinds.js';
import { escapeText } from '../escape.js';
import { type Report, type ReportedCheck, type ReportedFinding, SCHEMA_VERSION } from '../report.js';
import type { ReportedClient, ReportedServe } from '../reported-serve.js';
import { clientNotes, strangersNote } from './notes.js';
import { serveRows } from './rows.js';
import type { ServedClient } from './served-client.js';
import { summarizeServe } from './summary.js';
import { clientWordsFor } from './words.js';

export interface ServeCircumstances {
  readonly tool: Report['tool'];
  readonly environment: Report['environment'];
  readonly ports: readonly number[];
  readonly seed: number;
  readonly pids: readonly number[];
  readonly command: readonly string[];
  readonly exit: ReportedServe['exit'] | undefined;
  readonly interrupted: boolean;
  readonly durationMs: number;
  readonly dropped: number;
  /** Connections of others than the client that was named, by program. */
  readonly strangers: ReadonlyArray<readonly [who: string, connections: number]>;
  readonly own: ReportedServe['own'];
  readonly series: ReportedServe['series'];
  readonly curve: ReportedServe['curve'];
}

/** The report on clients, in the shape of that on a server, so that every reporter can tell it. */
export function assembleServeReport(
  clients: readonly ServedClient[],
  options: ServeOptions,
  facts: ServeCircumstances,
): Report {
  const verdicts = clients.map(({ verdict }) => verdict.verdict);
  const verdict = verdicts.includes('fail') ? 'fail' : verdicts.includes('undecided') ? 'undecided' : 'pass';
  const whole = !facts.interrupted && facts.dropped === 0;
  const clean = verdict === 'pass' && whole && clients.every(client => client.verdict.clean);
  const known = {
    ports: facts.ports,
    protocol: options.protocol,
    manners: options.mannerNames,
    clients: clients.map(reportClient),
    exit: facts.exit ?? null,
    durationMs: round(facts.durationMs),
    own: facts.own,
    curve: facts.curve,
    series: facts.series.map(point => ({ ...point, atMs: round(point.atMs) })),
  };
  const findings = clients.flatMap(client =>
    client.verdict.findings.map(finding => reportFinding(finding, clients.length > 1 ? client : undefined)),
  );
  const allowed = clients.flatMap(client => client.verdict.allowed);
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: facts.tool,
    environment: facts.environment,
    seed: options.manners.length > 1 ? facts.seed : null,
    verdict: verdict === 'pass' && !whole ? 'undecided' : verdict,
    clean,
    summary: summarizeServe({
      verdict,
      clean,
      interrupted: facts.interrupted,
      clients,
      allowed,
      dropped: facts.dropped,
    }),
    interrupted: facts.interrupted,
    target: reportTarget(options, facts, clients),
    checks: CLIENT_KINDS.map(kind => worstCheck(clients, kind)),
    findings,
    allowed,
    held: [],
    rounds: [],
    series: [],
    phases: [],
    timings: { servedMs: round(facts.durationMs) },
    notes: [...clientNotes(clients), ...strangersNote(facts.strangers)],
    serve: { ...known, rows: serveRows(known, facts.dropped) },
  };
}

/** Who is under test: here it is the client. */
function reportTarget(
  { host }: ServeOptions,
  { ports, pids, command }: ServeCircumstances,
  [first]: readonly ServedClient[],
): NonNullable<Report['target']> {
  const shown = host.includes(':') ? `[${host}]` : host;
  const listeners = ports.map(port => escapeText(`${shown}:${port}`));
  return {
    address: listeners[0] ?? '',
    pids,
    command: command.map(escapeText),
    listeners,
    limits: { openFiles: first?.evidence.held?.fdLimit ?? null, processes: null },
    processes: [],
    alive: false,
  };
}

function reportFinding(finding: ClientFinding, client: ServedClient | undefined): ReportedFinding {
  const { kind, severity, count, perCycle, ...facts } = finding;
  const words = clientWordsFor(kind) as {
    readonly [K in 'title' | 'cause' | 'advice']: (of: ClientFinding) => string;
  } & {
    readonly evidence: (of: ClientFinding) => readonly string[];
  };
  const whose = client ? `${escapeText(client.account.name)}: ` : '';
  return {
    kind,
    severity,
    count,
    perCycle,
    title: `${whose}${words.title(finding)}`,
    cause: words.cause(finding),
    advice: words.advice(finding),
    next: `churn explain ${kind}`,
    evidence: words.evidence(finding),
    facts: { ...facts, ...(client ? { client: escapeText(client.account.name) } : {}) },
  };
}

function reportClient({ account, evidence, verdict }: ServedClient): ReportedClient {
  const { held } = evidence;
  return {
    name: escapeText(account.name),
    verdict: verdict.verdict,
    connections: evidence.connections,
    requests: evidence.requests,
    answered: evidence.answered,
    failed: evidence.failed,
    peakOpen: evidence.peakOpen,
    peakBusy: evidence.peakBusy,
    peakIdle: evidence.peakIdle,
    longestIdleMs: round(evidence.longestIdleMs),
    wastedHandshakes: evidence.besideIdle + evidence.afterClose,
    endedByClient: account.endedByClient,
    endedByServer: account.endedByServer,
    resets: account.resets,
    garbage: account.garbage,
    refusedTls: account.refusedTls,
    fdsBefore: held?.fdsBefore ?? null,
    fdsPeak: held?.fdsPeak ?? null,
    peakCloseWait: held?.closeWait.peak ?? null,
    peakDead: held?.dead.peak ?? null,
  };
}

const WORST_FIRST = ['fail', 'warn', 'undecided', 'not-measured', 'pass'] as const;

function worstCheck(clients: readonly ServedClient[], kind: (typeof CLIENT_KINDS)[number]): ReportedCheck {
  const checks = clients.flatMap(({ verdict }) => verdict.checks.filter(check => check.kind === kind));
  const rank = (status: ReportedCheck['status']) => WORST_FIRST.indexOf(status);
  const [worst] = checks.sort((one, other) => rank(one.status) - rank(other.status));
  const { status = 'not-measured', before, after, perRound = [], bound } = worst ?? {};
  return { kind, status, before: before ?? null, after: after ?? null, perRound, bound: bound ?? null };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
