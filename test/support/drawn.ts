import type { Report, ReportedPoint } from '../../src/report/report.js';
import { judge } from '../../src/verdict/judge.js';
import {
  buildEvidence,
  forgotten,
  leaking,
  rounds,
  serverProcess,
  snapshot,
  tally,
  upTo,
} from './evidence.js';
import { HOSTILE } from './hostile.js';
import { buildReport, DEFAULT_POLICY } from './report.js';
import { REPORTS } from './reports.js';

const KIB = 1_024;

/** What a server held after so many cycles of a run, in so many points. */
function series(
  cycles: number,
  points: number,
  at: (cyclesDone: number, index: number) => Partial<ReportedPoint>,
): ReportedPoint[] {
  return Array.from({ length: points }, (_, index) => {
    const cyclesDone = Math.round((cycles * index) / (points - 1));
    const base = { fds: 5, rssBytes: null, anonBytes: 2_048 * KIB, threads: 1, children: 0, zombies: 0 };
    return {
      ...base,
      atMs: 20 + index * 10,
      cyclesDone,
      phase: 'cycles',
      acceptQueue: 0,
      ...at(cyclesDone, index),
    };
  });
}

function drawn(report: Report, points: readonly ReportedPoint[]): Report {
  const lastMs = points.at(-1)?.atMs ?? 0;
  const phases: Report['phases'] = [
    { phase: 'before', startMs: 0, durationMs: 12 },
    { phase: 'warm-up', startMs: 12, durationMs: 8 },
    { phase: 'cycles', startMs: 20, durationMs: lastMs * 0.6 },
    { phase: 'settle', startMs: 20 + lastMs * 0.6, durationMs: lastMs * 0.38 },
    { phase: 'after', startMs: 20 + lastMs * 0.98, durationMs: 3 },
  ];
  return { ...report, series: points, phases };
}

function withLimit(report: Report, openFiles: number): Report {
  const { target } = report;
  const findings = report.findings.map(finding => ({
    ...finding,
    facts: { ...finding.facts, limit: openFiles, connectionsLeft: openFiles - 1_015 },
  }));
  return {
    ...report,
    findings,
    ...(target && { target: { ...target, limits: { openFiles, processes: 1 } } }),
  };
}

function heldReport(): Report {
  const held = leaking(upTo(1_010));
  return buildReport({ ...held, held: forgotten(upTo(1_010)) }, judge(held, DEFAULT_POLICY));
}

const million = 1_000_000;
const rising = buildEvidence({
  runtime: 'v8',
  rounds: rounds(connections => 2_048 * KIB + connections * 900),
});
const drains = buildEvidence({
  held: forgotten(upTo(40)),
  settled: { state: 'draining', lastChangeMs: 4_990, tookMs: 5_000, asleep: false },
});
const died = buildEvidence({
  departed: [{ pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined }],
  before: snapshot([serverProcess({ threads: 12 })]),
  after: snapshot([]),
  cycles: tally({ requested: 1_000, completed: 292, failed: 1, durationMs: 30, stopped: 'server-gone' }),
});

/** Runs of every shape that a page has to find room for. */
export const DRAWN = {
  clean: drawn(
    REPORTS.clean,
    series(1_000, 6, () => ({})),
  ),
  leak: drawn(
    heldReport(),
    series(1_000, 12, cycles => ({ fds: 5 + cycles })),
  ),
  'leak that was confirmed': drawn(
    withLimit(heldReport(), 1_120),
    series(1_100, 12, cycles => ({ fds: 5 + cycles })),
  ),
  'leak far below its limit': drawn(
    withLimit(heldReport(), 1_048_576),
    series(1_000, 12, cycles => ({ fds: 5 + cycles })),
  ),
  'slow drain': drawn(
    buildReport(drains),
    series(1_000, 80, (_, index) => ({ fds: index < 40 ? 5 + index * 20 : 5 + (80 - index) * 20 })),
  ),
  'undecided memory': drawn(
    buildReport(rising),
    series(1_000, 20, cycles => ({ anonBytes: 2_048 * KIB + cycles * 900 })),
  ),
  crash: drawn(
    buildReport(died),
    series(292, 9, (_, index) =>
      index < 6 ? { threads: 12, children: 3, zombies: index } : { fds: 0, threads: 0, anonBytes: null },
    ),
  ),
  'a million cycles': drawn(
    buildReport(
      buildEvidence({
        cycles: tally({ requested: million, completed: million, durationMs: 90_000 }),
        connections: million + 10,
        rounds: rounds().map(round => ({ ...round, connections: round.connections * 1_000 })),
      }),
    ),
    series(million, 2_000, (_, index) => ({
      fds: 5 + (index % 7),
      anonBytes: (2_048 + (index % 13) * 16) * KIB,
    })),
  ),
  'hostile names': drawn(
    REPORTS.hostile,
    series(1_000, 12, cycles => ({ fds: 5 + cycles })),
  ),
  'one long word': drawn(
    buildReport(undefined, undefined, {
      command: [`/${'very-long-path/'.repeat(20)}${'x'.repeat(300)}`],
      note: `${HOSTILE} ${'y'.repeat(300)}`,
    }),
    series(1_000, 6, () => ({})),
  ),
  'thorough run': REPORTS.thoroughLeak,
  gauges: drawn(
    REPORTS.gaugesKept,
    series(1_000, 6, () => ({})),
  ),
  'hostile gauges': REPORTS.gaugesHostile,
  'server elsewhere': REPORTS.farKept,
  'watched server': drawn(
    REPORTS.watchLeak,
    series(1_010, 30, cycles => ({ fds: 5 + Math.round(cycles / 25) })),
  ),
  'hostile load': REPORTS.watchHostile,
  'client that is clean': REPORTS.serve,
  'client that hoards': REPORTS.serveHoard,
  'clients of every sort': REPORTS.serveMany,
  'hostile clients': REPORTS.serveHostile,
  'started server': drawn(
    REPORTS.startedFails,
    series(1_000, 6, () => ({})),
  ),
  'hostile started server': REPORTS.startedHostile,
  error: REPORTS.error,
} as const satisfies Record<string, Report>;
