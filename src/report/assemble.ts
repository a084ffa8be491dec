import { type Measured, withNulls } from '../not-measured.js';
import type { Asked } from '../options/asked.js';
import type { Point } from '../sampler/point.js';
import type { Snapshot } from '../sampler/snapshot.js';
import { acceptedConnections } from '../verdict/accepted.js';
import { answersByRoute } from '../verdict/answers.js';
import { countFds } from '../verdict/checks/fd.js';
import { privateBytes } from '../verdict/checks/memory.js';
import type { Evidence } from '../verdict/evidence.js';
import { attempts } from '../verdict/failures.js';
import type { Verdict } from '../verdict/judge.js';
import { sameProcesses } from '../verdict/processes.js';
import { reasonFrom } from '../verdict/reasoning.js';
import type { ClientName } from '../workload/client-names.js';
import type { Latency } from '../workload/stopwatch.js';
import { unitOf } from './counts.js';
import { escapeText } from './escape.js';
import { reportFinding } from './found.js';
import { reportGauges } from './gauges.js';
import { limitWords } from './limits.js';
import { noteSentence } from './notes.js';
import {
  type Report,
  type ReportedCycles,
  type ReportedHeld,
  type ReportedPoint,
  type ReportedState,
  type ReportedTarget,
  SCHEMA_VERSION,
} from './report.js';
import type { ReportedAnswers, ReportedHold, ReportedLatency } from './reported-load.js';
import { serverFacts, serverKindOf } from './server-kind.js';
import { reportStages } from './stages.js';
import { summarize } from './summary.js';
import { reportWatch } from './watched.js';

/** What a report says beside the verdict; facts of the host come in as data, so that reports can be compared. */
export interface Circumstances {
  readonly tool: Report['tool'];
  readonly environment: Report['environment'];
  readonly target: Measured<ReportedTarget>;
  readonly series: readonly Point[];
  readonly phases: Report['phases'];
  readonly timings: Report['timings'];
  readonly requested: number;
  /** How long the cycles were to be made; undefined: until all were. */
  readonly forMs?: number | undefined;
  /** Name of the server's executable, and how the clients ended: advice depends on both. */
  readonly program?: string | undefined;
  readonly clients?: readonly ClientName[] | undefined;
  /** What was said of these clients, as words. */
  readonly asked?: Asked | undefined;
  /** Whether it was asked where in the code that is; undefined where it cannot be. */
  readonly where?: boolean | undefined;
  /** Of the order in which several clients were taken; undefined when nothing was random. */
  readonly seed?: number | undefined;
  /** undefined where no times were taken. */
  readonly latency?: Latency | undefined;
  readonly notes: readonly string[];
}

/** Puts words to a verdict. Pure. */
export function assembleReport(evidence: Evidence, verdict: Verdict, around: Circumstances): Report {
  const server = serverKindOf(serverFacts(evidence, around.series, around.program));
  const unit = unitOf(evidence);
  const { watch } = evidence;
  const findings = verdict.findings.map(finding =>
    reportFinding(finding, { ...around, terms: { unit, server }, watch }),
  );
  const reasoning = reasonFrom(evidence);
  const cycles = reportCycles(evidence, around);
  return withNulls<Report>({
    schemaVersion: SCHEMA_VERSION,
    tool: around.tool,
    environment: around.environment,
    seed: around.seed,
    verdict: verdict.verdict,
    clean: verdict.clean,
    summary: summarize(verdict, cycles, evidence.interrupted, evidence.watch),
    interrupted: evidence.interrupted,
    target: around.target,
    cycles,
    ...reportWatch(evidence.watch),
    ...reportStages(evidence, verdict),
    latency: reportLatency(around.latency),
    answers: reportAnswers(evidence),
    limits: verdict.limits.map(limit => escapeText(limitWords(limit, around.target.address))),
    hold: reportHold(evidence),
    gauges: reportGauges(evidence),
    ...(evidence.far
      ? {}
      : {
          before: reportState(evidence, evidence.before),
          after: reportState(evidence, evidence.after),
        }),
    checks: verdict.checks,
    findings,
    allowed: verdict.allowed,
    ...reportHeld(evidence),
    rounds: evidence.rounds.map(({ phase, connections, anonBytes }) => ({ phase, connections, anonBytes })),
    series: around.series.map(reportPoint),
    phases: around.phases,
    timings: around.timings,
    notes: [...around.notes.map(escapeText), ...verdict.notes.map(note => noteSentence(note, unit))],
    ...(reasoning && { reasoning }),
  });
}

function reportCycles(
  evidence: Evidence,
  { requested, forMs }: Pick<Circumstances, 'requested' | 'forMs'>,
): Measured<ReportedCycles> {
  const { cycles, warmup, confirm } = evidence;
  // A report has both in any case; where others made the connections they say nothing.
  const { concurrency = 1, clients = ['fin'], workers = 1, sources = [] } = evidence.own ?? {};
  return {
    requested,
    completed: cycles.completed,
    failed: cycles.failed,
    warmup: warmup.completed,
    confirmation: confirm.completed,
    accepted: evidence.far ? 0 : acceptedConnections(evidence),
    acceptQueue: Math.max(evidence.acceptQueue, evidence.unaccepted.length),
    connections: attempts(evidence),
    listenOverflows: evidence.listenOverflows,
    listenDrops: evidence.listenDrops,
    ...{ concurrency, clients },
    ...(workers > 1 && { workers }),
    ...(sources.length > 0 && { sources }),
    durationMs: Math.round(cycles.durationMs * 10) / 10,
    forMs,
    ratePerSecond: cycles.durationMs > 0 ? Math.round((cycles.completed / cycles.durationMs) * 1_000) : 0,
    stopped: cycles.stopped ?? warmup.stopped ?? confirm.stopped,
    failures: Object.fromEntries(Object.entries(cycles.failures)),
  };
}

function reportState(evidence: Evidence, snapshot: Snapshot): Measured<ReportedState> {
  const rss = snapshot.processes.flatMap(({ rssBytes }) => rssBytes ?? []);
  return {
    fds: countFds(snapshot),
    rssBytes: rss.length > 0 ? rss.reduce((sum, bytes) => sum + bytes, 0) : undefined,
    anonBytes: privateBytes(snapshot),
    threads: snapshot.processes.reduce((sum, { threads }) => sum + threads, 0),
    children: Math.max(0, snapshot.processes.length - evidence.rootCount),
    zombies: snapshot.zombies.length,
    mappings: sameProcesses(evidence.before, snapshot).reduce(
      (sum, { mappings }) => sum + (mappings ?? 0),
      0,
    ),
  };
}

/** Every socket that is kept, up to a number that a person may still want to look at, and how many there are. */
function reportHeld(evidence: Evidence): { held: Measured<ReportedHeld>[]; heldCount: number } {
  const held = evidence.held
    .filter(({ role }) => role === 'connection' || role === 'dead-socket')
    .flatMap(({ role, state, inode, connection, client, descriptors }) => {
      const origin = connection === undefined ? undefined : evidence.own?.originOf(connection);
      return descriptors.map(({ pid, number }) => ({
        what: role,
        state,
        inode,
        pid,
        fd: number,
        cycle: origin?.cycle,
        phase: origin?.phase,
        client,
      }));
    });
  return { held: held.slice(0, MAX_HELD), heldCount: held.length };
}

function reportPoint(point: Point): Measured<ReportedPoint> {
  return { ...point, atMs: Math.round(point.atMs * 10) / 10 };
}

const MAX_HELD = 1_000;

/** By route, as they were asked for. */
function reportAnswers(evidence: Evidence): Measured<ReportedAnswers> | undefined {
  const routes = answersByRoute(evidence);
  if (routes.length === 0) return undefined;
  const tallies = [evidence.warmup, evidence.cycles, evidence.confirm];
  const rounded = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms * 1_000) / 1_000);
  return {
    routes: routes.map(one => ({ ...one, route: escapeText(one.route) })),
    firstMs: rounded(tallies.find(({ firstAnswerMs }) => firstAnswerMs !== undefined)?.firstAnswerMs),
    lastMs: rounded(tallies.findLast(({ lastAnswerMs }) => lastAnswerMs !== undefined)?.lastAnswerMs),
    cutShort: tallies.reduce((sum, { cutShort }) => sum + cutShort, 0),
  };
}

function reportLatency(latency: Latency | undefined): Measured<ReportedLatency> | undefined {
  if (!latency) return undefined;
  const { since, late, connect, reply } = latency;
  return { since, late, connect, reply };
}

/** What holding silent clients told: whether others were served, and what each of them cost the server. */
function reportHold({ own, held, cycles }: Evidence): Measured<ReportedHold> | undefined {
  if (!own?.hold) return undefined;
  const { hold, originOf } = own;
  const stalled = cycles.stopped === 'accept-stalled' || cycles.stopped === 'deadlines';
  const { idle, holding, serviceMs } = hold;
  const sorted = [...serviceMs].sort((one, other) => one - other);
  const per = (now: number | undefined, before: number | undefined) =>
    now === undefined || before === undefined || hold.accepted === 0
      ? undefined
      : Math.round((100 * (now - before)) / hold.accepted) / 100;
  const round = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms * 1_000) / 1_000);
  return {
    requested: hold.wanted,
    opened: hold.opened,
    accepted: hold.accepted,
    endedByServer: hold.ended,
    failures: Object.fromEntries(Object.entries(hold.failures)),
    end: hold.end,
    othersServed: hold.aloneMs === undefined ? undefined : !hold.blocked && !stalled,
    servedBy: hold.servedBy,
    probes: serviceMs.length,
    aloneMs: round(hold.aloneMs),
    medianMs: round(sorted[sorted.length >> 1]),
    maxMs: round(sorted.at(-1)),
    perClient: {
      fds: per(holding.fds, idle.fds),
      anonBytes: per(holding.anonBytes, idle.anonBytes),
      threads: per(holding.threads, idle.threads),
      processes: per(holding.processes, idle.processes),
    },
    forgotten: held.filter(
      ({ role, connection }) =>
        role === 'connection' && connection !== undefined && originOf(connection).phase === 'hold',
    ).length,
  };
}
