import { type Measured, withNulls } from '../../not-measured.js';
import type { Asked } from '../../options/asked.js';
import type { Verdict } from '../../verdict/judge.js';
import { KINDS } from '../../verdict/kinds.js';
import type { RowOutcome } from '../../verdict/rows.js';
import { wholeVerdict } from '../../verdict/rows.js';
import { type ClientName, USUAL_CLIENTS } from '../../workload/client-names.js';
import { closerLook } from '../found.js';
import { noteSentence } from '../notes.js';
import type {
  Report,
  ReportedCheck,
  ReportedCycles,
  ReportedFinding,
  ReportedPoint,
  ReportedRun,
} from '../report.js';
import { proofOf } from '../summary.js';
import { cellsOf, REASONS } from './matrix.js';
import { isOfClient, rowName, tellsApart } from './routes.js';
import { sentenceOf } from './sentence.js';

/** What a thorough run gathered of one client, of one that is held ("silent"), of all that passed ("mixed"), or of one route. */
export interface Row {
  readonly name: string;
  /** Who asked for the route. Only the row of a route has them. */
  readonly clients?: readonly ClientName[] | undefined;
  /** What was said of them, where that is less than was said of the others. */
  readonly asked?: Asked | undefined;
  readonly standing: RowOutcome;
  readonly report?: Report | undefined;
  readonly verdict?: Verdict | undefined;
}

interface Around {
  readonly tool: Report['tool'];
  readonly interrupted: boolean;
  readonly wholeMs: number;
  /** What was said of the clients. */
  readonly asked: Asked;
}

/** One report of all rows, for every reporter: the whole on top, each row in `runs`. At least one row has a report. */
export function assembleThorough(rows: readonly Row[], around: Around): Report {
  const made = rows.flatMap(({ report }) => report ?? []);
  const [first] = made;
  if (!first) throw new Error('a thorough run needs a row that was made');
  const runs = rows.map(runOf);
  const judged = rows
    .filter(({ standing }) => standing.status !== 'not-applicable')
    .flatMap(({ report }) => report ?? []);
  const cycles = sumCycles(judged, runs);
  const allowed = allowedOf(judged);
  const { verdict, clean } = wholeVerdict(rows, around.interrupted);
  const address = first.target?.address ?? '';
  const last = judged.at(-1) ?? first;
  return withNulls<Report>({
    schemaVersion: first.schemaVersion,
    tool: around.tool,
    environment: first.environment,
    seed: made.find(({ seed }) => seed !== null)?.seed,
    verdict,
    clean,
    summary: summarizeRows({ verdict, clean, runs, cycles, allowed, interrupted: around.interrupted }),
    interrupted: around.interrupted,
    ...(first.target && { target: { ...first.target, alive: last.target?.alive ?? false } }),
    cycles,
    ...(first.before && { before: first.before }),
    ...(last.after && { after: last.after }),
    checks: mergeChecks(judged),
    findings: mergeFindings(runs, address, route => askedIn(rows, route) ?? around.asked),
    allowed,
    held: judged.flatMap(({ held }) => held).slice(0, MAX_HELD),
    heldCount: judged.reduce((sum, { held, heldCount = held.length }) => sum + heldCount, 0),
    rounds: [],
    ...joinTimes(made, around.wholeMs),
    notes: notesOf(rows, runs),
    sentence: sentenceOf(runs),
    runs,
  });
}

function askedIn(rows: readonly Row[], route: string | undefined): Asked | undefined {
  return rows.find(({ name }) => name === route)?.asked;
}

function runOf({ name, clients, standing, report }: Row): ReportedRun {
  const reason = 'reason' in standing ? standing.reason : undefined;
  const told = reason ? undefined : report;
  return withNulls<ReportedRun>({
    client: clients?.join(',') || name,
    ...(clients && { route: name }),
    status: standing.status,
    reason,
    said: reason && REASONS[reason],
    cells: told && cellsOf(told),
    cycles: told?.cycles,
    before: told?.before,
    after: told?.after,
    checks: told?.checks ?? [],
    findings: told?.findings ?? [],
    held: told?.held ?? [],
    ...(told?.heldCount !== undefined && { heldCount: told.heldCount }),
    rounds: told?.rounds ?? [],
    notes: told?.notes ?? [],
    ...(told?.reasoning && { reasoning: told.reasoning }),
    durationMs: Math.round((report?.phases ?? []).reduce((sum, { durationMs }) => sum + durationMs, 0)),
  });
}

/** The worst of each kind, from where the first row began to where the last one ended. */
function mergeChecks(reports: readonly Report[]): Measured<ReportedCheck>[] {
  return KINDS.flatMap(kind => {
    const checks = reports.flatMap(report => report.checks.filter(check => check.kind === kind));
    const worst = WORST_FIRST.flatMap(status => checks.find(check => check.status === status) ?? [])[0];
    if (!worst) return [];
    return [{ ...worst, before: checks[0]?.before, after: checks.at(-1)?.after }];
  });
}

const WORST_FIRST = ['fail', 'undecided', 'warn', 'pass', 'not-measured'] as const;

function allowedOf(reports: readonly Report[]): Report['allowed'] {
  return KINDS.flatMap(kind => {
    const counts = reports.flatMap(({ allowed }) =>
      allowed.filter(one => one.kind === kind).map(({ count }) => count),
    );
    return counts.length > 0 ? [{ kind, count: counts.reduce((sum, count) => sum + count, 0) }] : [];
  });
}

const MAX_HELD = 1_000;

/** The cycles of all rows that the server was judged by, together. */
function sumCycles(reports: readonly Report[], runs: readonly ReportedRun[]): Measured<ReportedCycles> {
  const all = reports.flatMap(({ cycles }) => cycles ?? []);
  const sum = (of: (cycles: ReportedCycles) => number) =>
    all.reduce((total, cycles) => total + of(cycles), 0);
  const completed = sum(cycles => cycles.completed);
  const durationMs = Math.round(10 * sum(cycles => cycles.durationMs)) / 10;
  const failures: Record<string, number> = {};
  for (const [kind, count] of all.flatMap(cycles => Object.entries(cycles.failures))) {
    failures[kind] = (failures[kind] ?? 0) + count;
  }
  return {
    requested: sum(cycles => cycles.requested),
    completed,
    failed: sum(cycles => cycles.failed),
    warmup: sum(cycles => cycles.warmup),
    confirmation: sum(cycles => cycles.confirmation),
    accepted: sum(cycles => cycles.accepted),
    acceptQueue: all.at(-1)?.acceptQueue ?? 0,
    connections: sum(cycles => cycles.connections),
    listenOverflows: sum(cycles => cycles.listenOverflows),
    listenDrops: sum(cycles => cycles.listenDrops),
    concurrency: Math.max(1, ...all.map(({ concurrency }) => concurrency)),
    clients: runs.filter(run => run.cells && isOfClient(run)).map(({ client }) => client),
    durationMs,
    ratePerSecond: durationMs > 0 ? Math.round((completed / durationMs) * 1_000) : 0,
    stopped: all.find(({ stopped }) => stopped !== null)?.stopped,
    failures,
  };
}

/** The findings of all rows, the same trouble with several clients told once. */
function mergeFindings(
  runs: readonly ReportedRun[],
  address: string,
  askedFor: (route: string | undefined) => Asked,
): ReportedFinding[] {
  const groups = new Map<string, Found[]>();
  for (const run of runs) {
    for (const finding of run.findings) {
      const key = `${finding.kind} ${finding.severity} ${finding.cause}`;
      groups.set(key, [...(groups.get(key) ?? []), { run, finding }]);
    }
  }
  return [...groups.values()].flatMap(group => {
    const guilty = group.filter(({ run }) => run.route !== undefined);
    const isOfRoutes = tellsApart(
      guilty.map(({ run }) => run),
      runs,
    );
    const routes = isOfRoutes ? guilty.flatMap(({ run }) => run.route ?? []) : [];
    const told = routes.length > 0 ? [...guilty, ...group.filter(one => !guilty.includes(one))] : group;
    const [first, ...others] = told;
    if (!first) return [];
    const clients = group.flatMap(({ run }) => (run.route === undefined ? run.client : []));
    // The mixed row is none.
    const alone = USUAL_CLIENTS.find(name => clients.includes(name)) ?? ofRoute(first.run);
    return [
      {
        ...first.finding,
        count: group.reduce((sum, { finding }) => sum + finding.count, 0),
        perCycle: Math.max(...group.map(({ finding }) => finding.perCycle)),
        title: `${byWhom(clients, routes)}${first.finding.title}`,
        evidence: [
          ...first.finding.evidence,
          ...others.map(({ run, finding }) => `with ${rowName(run)}: ${finding.title}`),
        ],
        next: alone ? closerLook(address, alone, askedFor(routes[0])) : first.finding.next,
        facts: { ...first.finding.facts, clients, ...(routes.length > 0 && { routes }) },
      },
    ];
  });
}

interface Found {
  readonly run: ReportedRun;
  readonly finding: ReportedFinding;
}

function ofRoute({ client, route }: ReportedRun): ClientName | undefined {
  return route === undefined ? undefined : USUAL_CLIENTS.find(name => name === client.split(',')[0]);
}

/** "GET /items with reply, reply-rst: "; the title says it where it was the silent one. */
function byWhom(clients: readonly string[], routes: readonly string[]): string {
  const said = clients.length > 0 ? [`with ${clients.join(', ')}`] : [];
  const names = [...(routes.length > 0 ? [routes.join(', ')] : []), ...said].join(' ');
  return clients.join() === 'silent' || names === '' ? '' : `${names}: `;
}

interface Noted {
  readonly name: string;
  readonly standing: RowOutcome;
  readonly verdict?: Verdict | undefined;
}

/** Each note once, with the clients that it came with; how many cycles confirmed what is told in one sum already. */
function notesOf(rows: readonly Noted[], runs: readonly ReportedRun[]): string[] {
  const clients = new Map<string, string[]>();
  for (const { name, standing, verdict } of rows) {
    if ('reason' in standing) continue;
    for (const note of verdict?.notes ?? []) {
      if (note.note === 'confirmed-with') continue;
      const sentence = noteSentence(note, 'cycle');
      clients.set(sentence, [...(clients.get(sentence) ?? []), name]);
    }
  }
  return [...[...clients].map(([note, names]) => `${names.join(', ')}: ${note}`), ...shortRows(runs)];
}

/** A row ends early where the descriptors of the server, or the time, would not last for all rows. */
function shortRows(runs: readonly ReportedRun[]): string[] {
  const short = runs.filter(
    ({ cycles }) => cycles && cycles.stopped === null && cycles.completed + cycles.failed < cycles.requested,
  );
  if (short.length === 0) return [];
  const names = short.map(rowName).join(', ');
  return [
    `${names}: fewer cycles were made, so that the time and the descriptors of the server last for the other clients.`,
  ];
}

interface RowsToSum extends Pick<Report, 'verdict' | 'clean' | 'interrupted' | 'allowed'> {
  readonly runs: readonly ReportedRun[];
  readonly cycles: Measured<ReportedCycles>;
}

/** The verdict on all rows in one line; the proof only where every row that applies was made and is clean. */
function summarizeRows({ verdict, clean, interrupted, allowed, runs, cycles }: RowsToSum): string {
  const made = `${cycles.completed} cycles`;
  const named = (status: ReportedRun['status']) => runs.filter(run => run.status === status).map(rowName);
  if (verdict === 'fail') return `FAIL  ${made}, ${faults(runs)}`;
  if (interrupted) {
    const tried = runs.filter(run => run.cells && isOfClient(run)).length;
    return `INTERRUPTED  ${made}, nothing proved; clients tried: ${tried} of ${USUAL_CLIENTS.length}`;
  }
  if (verdict === 'undecided') {
    const parts = [
      ...(named('undecided').length > 0 ? [`not decided: ${named('undecided').join(', ')}`] : []),
      ...(named('not-run').length > 0 ? [`not run: ${named('not-run').join(', ')}`] : []),
    ];
    return `UNDECIDED  ${made}, ${parts.join('; ') || 'the server could not be judged by any client'}`;
  }
  if (!clean)
    return `PASS  ${made}, allowed: ${allowed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
  return proofOf(made);
}

/** "fd with rst, byte-rst; crash with half". Routes are named where it lies with them. */
function faults(runs: readonly ReportedRun[]): string {
  const rows = new Map<string, ReportedRun[]>();
  for (const run of runs) {
    for (const { kind, severity } of run.findings) {
      if (severity === 'fail') rows.set(kind, [...(rows.get(kind) ?? []), run]);
    }
  }
  return [...rows].map(([kind, found]) => `${kind} with ${faultyRows(found, runs).join(', ')}`).join('; ');
}

function faultyRows(found: readonly ReportedRun[], runs: readonly ReportedRun[]): string[] {
  const others = found.filter(({ route }) => route === undefined);
  const guilty = found.filter(({ route }) => route !== undefined);
  const named = others.length === 0 || tellsApart(guilty, runs) ? [...guilty, ...others] : others;
  return [...new Set(named.map(rowName))];
}

/** Series, phases and timings of all rows, one after the other. */
function joinTimes(
  reports: readonly Report[],
  wholeMs: number,
): Pick<Report, 'series' | 'phases' | 'timings'> {
  const series: ReportedPoint[] = [];
  const phases: Report['phases'][number][] = [];
  const timings: Record<string, number> = {};
  let [startMs, cyclesDone] = [0, 0];
  for (const report of reports) {
    for (const point of report.series) {
      series.push({ ...point, atMs: round(startMs + point.atMs), cyclesDone: cyclesDone + point.cyclesDone });
    }
    for (const span of report.phases) phases.push({ ...span, startMs: round(startMs + span.startMs) });
    for (const [name, ms] of Object.entries(report.timings)) timings[name] = round((timings[name] ?? 0) + ms);
    const last = report.phases.at(-1);
    startMs += last ? last.startMs + last.durationMs : 0;
    cyclesDone += report.series.at(-1)?.cyclesDone ?? 0;
  }
  return { series: thinned(series), phases, timings: { ...timings, wholeMs: round(wholeMs) } };
}

function thinned(series: readonly ReportedPoint[]): readonly ReportedPoint[] {
  const step = Math.ceil(series.length / MAX_POINTS);
  return step <= 1 ? series : series.filter((_, index) => index % step === 0);
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

const MAX_POINTS = 2_000;
