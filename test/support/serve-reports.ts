import { parseServeOptions } from '../../src/options/serve.js';
import { escapeText } from '../../src/report/escape.js';
import type { Report } from '../../src/report/report.js';
import type { ReportedServe } from '../../src/report/reported-serve.js';
import { assembleServeReport, type ServeCircumstances } from '../../src/report/serve/assemble.js';
import type { AccountFacts, ServedClient } from '../../src/report/serve/served-client.js';
import type { ClientEvidence } from '../../src/verdict/client/evidence.js';
import { judgeClient } from '../../src/verdict/client/judge.js';
import { clientEvidence, heldByClient, stuck } from './client-evidence.js';
import { HOSTILE } from './hostile.js';

const OPTIONS = parseServeOptions({ port: 9_000, manner: 'ok,delay', seed: 7 });

/** One client, judged by the default rules. */
function servedClient(evidence: ClientEvidence, different: Partial<AccountFacts> = {}): ServedClient {
  const account = {
    ...{ name: 'client', endedByClient: evidence.connections, endedByServer: 0 },
    ...{ resets: 0, garbage: 0, refusedTls: 0 },
    ...different,
  };
  return { account, evidence, verdict: judgeClient(evidence, OPTIONS.policy) };
}

function serveReport(clients: readonly ServedClient[], different: Partial<ServeCircumstances> = {}): Report {
  return assembleServeReport(clients, OPTIONS, {
    tool: { name: 'churn', version: '0.1.0', command: ['serve', '--port', '9000'] },
    environment: { kernel: '6.18.0', node: '20.20.2', cpus: 2 },
    ...{ ports: [9_000], seed: 7, pids: [4_343], command: ['node', 'client.js'], interrupted: false },
    ...{ exit: { status: 0, signal: null }, durationMs: 1_234.56, dropped: 0, strangers: [] },
    own: { beforeBytes: 30_000_000, peakBytes: 31_000_000, perConnectionBytes: null },
    ...openOver(40, request => (request < 38 ? 1 : 0)),
    ...different,
  });
}

/** The curve and the points of a client that had so many connections open when it had made so many requests. */
function openOver(
  requests: number,
  openAt: (request: number) => number,
): Pick<ReportedServe, 'curve' | 'series'> {
  const made = Array.from({ length: Math.min(requests, 200) + 1 }, (_, index) =>
    Math.round((index * requests) / Math.min(requests, 200)),
  );
  return {
    curve: made.map(request => [request, openAt(request)] as const),
    series: made.map((request, index) => {
      const open = openAt(request);
      const idle = { busy: Math.min(1, open), idle: Math.max(0, open - 1), closeWait: 0, dead: 0 };
      return {
        atMs: index * 30.04,
        requests: request,
        connections: open,
        open,
        ...idle,
        clientFds: 4 + open,
      };
    }),
  };
}

const hoards = clientEvidence({
  ...{ connections: 400, requests: 400, answered: 400, offered: 400, besideIdle: 399 },
  ...{ peakOpen: 400, peakIdle: 400, peakIdleAtOnce: 400, peakIdleOnOnePort: 400, longestIdleMs: 5_900 },
});
const forgets = clientEvidence({
  ...{ connections: 60, requests: 60, answered: 20, failed: 40, peakOpen: 10 },
  held: heldByClient({ closeWait: stuck(40, 40), dead: stuck(20, 20), fdsPeak: 64 }),
});
const unseen = clientEvidence({ held: undefined });
const name = (index: number) => `127.0.0.1 pid ${5_000 + index} (worker)`;

/** What `churn serve` says of its clients. */
export const SERVE_REPORTS = {
  serve: serveReport([servedClient(clientEvidence())]),
  serveHoard: serveReport(
    [servedClient(hoards)],
    openOver(400, request => request),
  ),
  serveForgets: serveReport([servedClient(forgets, { resets: 20, garbage: 1, refusedTls: 2 })]),
  serveMany: serveReport(
    [hoards, forgets, unseen, ...Array<ClientEvidence>(25).fill(clientEvidence())].map((evidence, index) =>
      servedClient(evidence, { name: name(index) }),
    ),
    { exit: undefined, command: [], ...openOver(3_000, request => Math.round(request / 7)) },
  ),
  serveUnseen: serveReport([servedClient(unseen)], { curve: [], series: [] }),
  serveInterrupted: serveReport([servedClient(clientEvidence())], { interrupted: true }),
  serveDropped: serveReport([servedClient(clientEvidence())], { dropped: 12 }),
  serveHostile: serveReport(
    [
      servedClient(hoards, { name: HOSTILE }),
      servedClient(unseen, { name: `${HOSTILE} ${'x'.repeat(200)}` }),
    ],
    {
      tool: { name: 'churn', version: '0.1.0', command: ['serve', '--', HOSTILE].map(escapeText) },
      ...{ command: [HOSTILE, "it's"], exit: { status: null, signal: 'SIGSEGV' } },
    },
  ),
} as const satisfies Record<string, Report>;
