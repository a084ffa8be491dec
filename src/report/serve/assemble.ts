import { type Measured, withNulls } from '../../not-measured.js';
import type { ServeOptions } from '../../options/serve.js';
import { formatBytes, formatCount, formatDuration, plural } from '../../units.js';
import type { ClientFinding } from '../../verdict/client/finding.js';
import type { ClientVerdict } from '../../verdict/client/judge.js';
import { type Shortfall, shortfallsOf } from '../../verdict/client/shortfall.js';
import { CLIENT_KINDS } from '../../verdict/kinds.js';
import { escapeText } from '../escape.js';
import { clientWordsFor } from '../kinds/registry.js';
import { type Terms, tell } from '../kinds/words.js';
import {
  type Report,
  type ReportedCheck,
  type ReportedFinding,
  type ReportedTarget,
  SCHEMA_VERSION,
} from '../report.js';
import type { ReportedClient, ReportedServe } from '../reported-serve.js';
import { madeByClients, proofOf } from '../summary.js';
import { drawCurve } from './curve.js';
import type { ServedClient } from './served-client.js';

export interface ServeCircumstances {
  readonly tool: Report['tool'];
  readonly environment: Report['environment'];
  readonly ports: readonly number[];
  readonly seed: number;
  readonly pids: readonly number[];
  readonly command: readonly string[];
  readonly exit: Measured<ReportedServe['exit']>;
  readonly interrupted: boolean;
  readonly durationMs: number;
  readonly dropped: number;
  /** Connections of others than the client that was named, by program. */
  readonly strangers: ReadonlyArray<readonly [who: string, connections: number]>;
  readonly own: Measured<ReportedServe['own']>;
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
  const requests = clients.reduce((sum, { evidence }) => sum + evidence.requests, 0);
  const short = facts.interrupted ? [] : shortfallsOf(options, facts.exit, requests);
  const whole = !facts.interrupted && facts.dropped === 0 && short.length === 0;
  const clean = verdict === 'pass' && whole && clients.every(client => client.verdict.clean);
  const known = withNulls<Omit<ReportedServe, 'rows'>>({
    ports: facts.ports,
    protocol: options.protocol,
    manners: options.mannerNames,
    clients: clients.map(reportClient),
    exit: facts.exit,
    durationMs: round(facts.durationMs),
    own: facts.own,
    curve: facts.curve,
    series: facts.series.map(point => ({ ...point, atMs: round(point.atMs) })),
  });
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
      short: short.map(shortfallText),
    }),
    interrupted: facts.interrupted,
    target: withNulls<ReportedTarget>(reportTarget(options, facts, clients)),
    checks: withNulls<Report['checks']>(CLIENT_KINDS.map(kind => worstCheck(clients, kind))),
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

function shortfallText(short: Shortfall): string {
  switch (short.kind) {
    case 'failed':
      return `the client ended with status ${short.status}`;
    case 'killed':
      return `the client ended with ${short.signal}`;
    case 'requests':
      return `only ${short.made} of ${plural(short.wanted, 'request')} came`;
  }
}

/** Who is under test: here it is the client. */
function reportTarget(
  { host }: ServeOptions,
  { ports, pids, command }: ServeCircumstances,
  [first]: readonly ServedClient[],
): Measured<ReportedTarget> {
  const shown = host.includes(':') ? `[${host}]` : host;
  const listeners = ports.map(port => escapeText(`${shown}:${port}`));
  return {
    address: listeners[0] ?? '',
    pids,
    command: command.map(escapeText),
    listeners,
    limits: { openFiles: first?.evidence.held?.fdLimit, processes: undefined },
    processes: [],
    alive: false,
  };
}

function reportFinding(finding: ClientFinding, client: ServedClient | undefined): ReportedFinding {
  const { kind, severity, count, perCycle, ...facts } = finding;
  const { title, cause, advice, evidence } = tell(clientWordsFor(finding), finding, TERMS);
  const whose = client ? `${escapeText(client.account.name)}: ` : '';
  return {
    ...{ kind, severity, count, perCycle },
    title: `${whose}${title}`,
    ...{ cause, advice, next: `churn explain ${kind}`, evidence },
    facts: { ...facts, ...(client ? { client: escapeText(client.account.name) } : {}) },
  };
}

/** A client makes its connections itself, and how servers are built is not the question. */
const TERMS: Terms = { unit: 'connection', server: 'unknown' };

function reportClient({ account, evidence, verdict }: ServedClient): Measured<ReportedClient> {
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
    fdsBefore: held?.fdsBefore,
    fdsPeak: held?.fdsPeak,
    peakCloseWait: held?.closeWait.peak,
    peakDead: held?.dead.peak,
  };
}

const WORST_FIRST = ['fail', 'warn', 'undecided', 'not-measured', 'pass'] as const;

function worstCheck(
  clients: readonly ServedClient[],
  kind: (typeof CLIENT_KINDS)[number],
): Measured<ReportedCheck> {
  const checks = clients.flatMap(({ verdict }) => verdict.checks.filter(check => check.kind === kind));
  const rank = (status: ReportedCheck['status']) => WORST_FIRST.indexOf(status);
  const [worst] = checks.sort((one, other) => rank(one.status) - rank(other.status));
  const { status = 'not-measured', before, after, perRound = [], bound } = worst ?? {};
  return { kind, status, before, after, perRound, bound };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** What is worth a word and no fault. */
function clientNotes(clients: readonly ServedClient[]): string[] {
  return clients.flatMap(({ evidence, account }) => {
    const { closeWait } = evidence.held ?? {};
    const isPool =
      closeWait !== undefined && closeWait.peak > 0 && closeWait.peak <= Math.max(2, evidence.peakBusy);
    return [
      ...(isPool
        ? [`CLOSE_WAIT ${closeWait.peak} at most: a pool that looks at its connections when it needs one`]
        : []),
      ...(evidence.held ? [] : [`${escapeText(account.name)}: its descriptors cannot be seen from here`]),
    ];
  });
}

/** Who came although another client was followed. */
function strangersNote(strangers: ReadonlyArray<readonly [who: string, connections: number]>): string[] {
  if (strangers.length === 0) return [];
  const all = strangers.reduce((sum, [, connections]) => sum + connections, 0);
  const who = strangers.map(([name, connections]) => `${escapeText(name)}: ${connections}`).join(', ');
  return [`Not the client's, and not judged: ${plural(all, 'connection')} of others (${who})`];
}

type Facts = Pick<ReportedServe, 'own' | 'curve' | 'clients' | 'exit' | 'manners' | 'durationMs'>;

/** The figures of a report as lines for a person. */
function serveRows(facts: Facts, dropped: number): Array<readonly [name: string, text: string]> {
  const { clients, own, curve, manners, exit, durationMs } = facts;
  const [only] = clients.length === 1 ? clients : [];
  return [
    ['manner', manners.join(', ')],
    ...(only ? clientRows(only) : clients.slice(0, MAX_CLIENTS).map(clientLine)),
    ...(clients.length > MAX_CLIENTS
      ? ([['…', `${clients.length - MAX_CLIENTS} more clients stand in the JSON report`]] as const)
      : []),
    ...(curve.length > 1 ? ([['open', openCurve(curve)]] as const) : []),
    ...(exit
      ? ([
          ['ended', `${exit.signal ?? `exit status ${exit.status}`}, after ${formatDuration(durationMs)}`],
        ] as const)
      : []),
    ['own memory', ownText(own)],
    ...(dropped > 0
      ? ([
          [
            'dropped',
            `${plural(dropped, 'connection')}, because this server had no descriptors left: ulimit -n`,
          ],
        ] as const)
      : []),
  ];
}

function clientRows(client: ReportedClient): Array<readonly [string, string]> {
  const { connections, requests, answered, failed, peakOpen, peakBusy, peakIdle, longestIdleMs } = client;
  const { endedByClient, endedByServer, resets, garbage, refusedTls, fdsBefore, fdsPeak } = client;
  return [
    [
      'requests',
      `${plural(requests, 'request')} over ${plural(connections, 'connection')}, ${formatCount(answered)} answered, ${formatCount(failed)} failed on purpose`,
    ],
    [
      'at most',
      `${formatCount(peakOpen)} open, ${plural(peakBusy, 'request')} under way, ${formatCount(peakIdle)} idle for up to ${formatDuration(longestIdleMs)}`,
    ],
    [
      'closed',
      `${formatCount(endedByClient)} by the client${resets > 0 ? ` (${formatCount(resets)} by RST)` : ''}, ${formatCount(endedByServer)} by this server`,
    ],
    ...(garbage > 0 ? ([['garbage', `${plural(garbage, 'time')} what came was no request`]] as const) : []),
    ...(refusedTls > 0
      ? ([['tls', `${plural(refusedTls, 'handshake')} ended at the certificate`]] as const)
      : []),
    ...(fdsBefore === null || fdsPeak === null
      ? ([['fds', 'not to be seen from here']] as const)
      : ([
          [
            'fds',
            `${fdsBefore} → ${fdsPeak}   CLOSE_WAIT ${client.peakCloseWait}, reset and kept ${client.peakDead}`,
          ],
        ] as const)),
  ];
}

function clientLine(client: ReportedClient): readonly [string, string] {
  const { name, verdict, requests, connections, peakOpen, peakIdle } = client;
  return [
    verdict === 'fail' ? '✖ client' : 'client',
    `${name}: ${plural(requests, 'request')} over ${plural(connections, 'connection')}, at most ${formatCount(peakOpen)} open, ${formatCount(peakIdle)} idle`,
  ];
}

function openCurve(curve: ReportedServe['curve']): string {
  const open = curve.map(([, count]) => count);
  const [last = 0] = curve.at(-1) ?? [];
  return `${drawCurve(open, CURVE_COLUMNS)}  up to ${formatCount(Math.max(...open))}, request 1 … ${formatCount(last)}`;
}

function ownText({ beforeBytes, peakBytes, perConnectionBytes }: ReportedServe['own']): string {
  const each = perConnectionBytes === null ? '' : `, ${formatBytes(perConnectionBytes)} per open connection`;
  return `${formatBytes(beforeBytes)} → ${formatBytes(peakBytes)} at most${each}`;
}

const MAX_CLIENTS = 20;
const CURVE_COLUMNS = 40;

interface Summarized {
  readonly verdict: ClientVerdict['verdict'];
  readonly clean: boolean;
  readonly interrupted: boolean;
  readonly clients: ReadonlyArray<{
    readonly evidence: { readonly requests: number; readonly connections: number };
    readonly verdict: ClientVerdict;
  }>;
  readonly allowed: ClientVerdict['allowed'];
  readonly dropped: number;
  readonly short: readonly string[];
}

/** The verdict in one line. Numbers of what is held stand behind a colon: only a clean run may say that there are none. */
function summarizeServe(summarized: Summarized): string {
  const { verdict, clean, interrupted, clients, allowed, dropped, short } = summarized;
  const made = madeByClients(clients.map(({ evidence }) => evidence));
  if (verdict === 'fail') return `FAIL  ${[made, faults(clients), ...short].join(', ')}`;
  if (interrupted) return `INTERRUPTED  ${made}, nothing proved`;
  if (dropped > 0) return `UNDECIDED  ${made}, not taken for lack of descriptors: ${dropped}`;
  if (short.length > 0) return `UNDECIDED  ${[made, ...short].join(', ')}`;
  if (verdict === 'undecided') return `UNDECIDED  ${made}, ${doubts(clients)}`;
  if (!clean)
    return `PASS  ${made}, allowed: ${allowed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
  return proofOf(made);
}

/** Kinds that were not decided, for want of CPU here; else it is the client's side that was not seen. */
function doubts(clients: Summarized['clients']): string {
  const checks = clients.flatMap(({ verdict }) => verdict.checks);
  const kinds = new Set(checks.filter(({ status }) => status === 'undecided').map(({ kind }) => kind));
  if (kinds.size === 0) return "the client's descriptors could not be seen";
  return `not decided: ${[...kinds].join(', ')}, as this server lacked CPU`;
}

function faults(clients: Summarized['clients']): string {
  const failing = clients.filter(({ verdict }) => verdict.verdict === 'fail');
  if (failing.length > 1) return `${plural(failing.length, 'client')} at fault`;
  return failing
    .flatMap(({ verdict }) => verdict.findings)
    .filter(({ severity }) => severity === 'fail')
    .map(finding => clientWordsFor(finding).fault(finding, TERMS.unit))
    .join(', ');
}
