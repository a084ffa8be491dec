import { askedForRoute, NOTHING_ASKED } from '../../src/options/asked.js';
import { assembleReport, type Circumstances } from '../../src/report/assemble.js';
import { escapeText } from '../../src/report/escape.js';
import type { Report } from '../../src/report/report.js';
import { assembleThorough, type Row } from '../../src/report/thorough/assemble.js';
import type { Evidence } from '../../src/verdict/evidence.js';
import { judge, type Verdict } from '../../src/verdict/judge.js';
import type { Policy } from '../../src/verdict/policy.js';
import { judgeRow, type RowName } from '../../src/verdict/rows.js';
import type { Latency } from '../../src/workload/stopwatch.js';
import { buildEvidence } from './evidence.js';

export const DEFAULT_POLICY: Policy = { strict: false, failOn: undefined, allow: {} };

/** The report of a run, judged by the default rules: of a clean one when nothing is said. */
export function buildReport(
  evidence: Evidence = buildEvidence(),
  verdict: Verdict = judge(evidence, DEFAULT_POLICY),
  outside: OutsideText = {},
): Report {
  return assembleReport(evidence, verdict, circumstances(outside));
}

/** Text that the tool did not write: whoever runs or names a server may put anything in it. */
export interface OutsideText {
  readonly command?: readonly string[];
  readonly address?: string;
  readonly comm?: string;
  readonly note?: string;
  readonly latency?: Latency;
}

/** Of 1000 connections; no answers were waited for. */
export function latency(different: Partial<Latency> = {}): Latency {
  const buckets = [
    { untilMs: 0.05, count: 600 },
    { untilMs: 0.1, count: 395 },
    { untilMs: 0.2, count: 0 },
    { untilMs: 0.5, count: 5 },
  ];
  return {
    since: 'begun',
    late: undefined,
    connect: { count: 1_000, p50Ms: 0.046, p90Ms: 0.09, p99Ms: 0.1, maxMs: 0.31, buckets },
    reply: undefined,
    ...different,
  };
}

/** Facts of the host, as a run hands them over: what comes from outside is escaped where it comes in. */
export function circumstances({ command, address, comm, note, latency }: OutsideText): Circumstances {
  const where = escapeText(address ?? '127.0.0.1:9000');
  return {
    tool: {
      name: 'churn',
      version: '0.1.0',
      command: ['--port', '9000', ...(command ?? [])].map(escapeText),
    },
    environment: { kernel: '6.18.0', node: '20.20.2', cpus: 2 },
    target: {
      address: where,
      pids: [4_242],
      command: (command ?? ['./server', '--port', '9000']).map(escapeText),
      listeners: [where],
      limits: { openFiles: 1_024, processes: null },
      processes: [{ pid: 4_242, comm: escapeText(comm ?? 'server'), fds: 5, threads: 1 }],
      alive: true,
    },
    series: [
      {
        atMs: 0.123,
        cyclesDone: 0,
        phase: 'before',
        fds: 5,
        rssBytes: undefined,
        anonBytes: 2_097_152,
        threads: 1,
        children: 0,
        zombies: 0,
        acceptQueue: undefined,
      },
      {
        atMs: 50.4,
        cyclesDone: 1_000,
        phase: 'cycles',
        fds: 5,
        rssBytes: 4_194_304,
        anonBytes: 2_097_152,
        threads: 1,
        children: 0,
        zombies: 0,
        acceptQueue: 0,
      },
    ],
    phases: [
      { phase: 'before', startMs: 0, durationMs: 1.5 },
      { phase: 'cycles', startMs: 1.5, durationMs: 90 },
    ],
    timings: { startupMs: 40, cyclesMs: 90 },
    requested: 1_000,
    latency,
    notes: note === undefined ? [] : [note],
  };
}

/** A row of a thorough run, of evidence that is judged as rows are. */
export function buildRow(name: RowName, evidence: Evidence = buildEvidence()): Row {
  const verdict = judgeRow(evidence, DEFAULT_POLICY);
  return { name, standing: { status: verdict.verdict }, verdict, report: buildReport(evidence, verdict) };
}

/** A row of one of several routes. */
export function buildRouteRow(route: string, evidence: Evidence = buildEvidence()): Row {
  const request = { route, bytes: new Uint8Array(), lines: [], body: undefined, own: [], isHead: false };
  const asked = askedForRoute(NOTHING_ASKED, request);
  return { ...buildRow('reply', evidence), name: route, clients: ['reply', 'reply-rst'], asked };
}

/** The report of a thorough run: of a clean one when nothing is said. */
export function buildThorough(
  rows: readonly Row[] = [buildRow('fin'), buildRow('rst'), NO_TLS],
  interrupted = false,
): Report {
  const tool = { name: 'churn', version: '0.1.0', command: ['--port', '9000', '--thorough'] } as const;
  return assembleThorough(rows, { tool, interrupted, wholeMs: 1_700, asked: NOTHING_ASKED });
}

export const NO_TLS: Row = { name: 'tls', standing: { status: 'not-applicable', reason: 'no-tls' } };
export const TIME_IS_UP: Row = { name: 'drip', standing: { status: 'not-run', reason: 'time-is-up' } };
