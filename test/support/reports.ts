import { errorReport } from '../../src/cli/report-error.js';
import { ChurnError } from '../../src/errors.js';
import type { Report } from '../../src/report/report.js';
import { judge } from '../../src/verdict/judge.js';
import { buildEvidence, grown, leaking, rounds, tally, upTo } from './evidence.js';
import { GAUGE_REPORTS } from './gauge-reports.js';
import { HOSTILE } from './hostile.js';
import { LIFE_REPORTS } from './life-reports.js';
import {
  buildReport,
  buildRouteRow,
  buildRow,
  buildThorough,
  DEFAULT_POLICY,
  NO_TLS,
  TIME_IS_UP,
} from './report.js';
import { SERVE_REPORTS } from './serve-reports.js';
import { WATCH_REPORTS } from './watch-reports.js';
import { WHERE_REPORTS } from './where-reports.js';

const leak = leaking(upTo(1_010));

/** Two routes, of which one asks who is there. */
const web = buildEvidence({
  cycles: tally({
    completed: 1_000,
    routes: {
      'GET /items': { statuses: { 200: 500 }, expected: 500, total: 500 },
      'GET /private': { statuses: { 401: 500 }, expected: 0, total: 500 },
    },
    firstAnswerMs: 12.3456,
    lastAnswerMs: 0.25,
    cutShort: 3,
  }),
  clients: ['reply'],
  requestIsMeant: true,
  asked: { isRequest: true, routes: ['GET /items', 'GET /private'], accepts: ['2xx', '3xx'], isIdle: false },
});

/** A report of every sort of run, for those who write them. */
export const REPORTS = {
  clean: buildReport(),
  leak: buildReport(leak),
  allowed: buildReport(leak, judge(leak, { ...DEFAULT_POLICY, allow: { fd: 2_000 } })),
  undecided: buildReport(grown('file', 10, [])),
  interrupted: buildReport(buildEvidence({ interrupted: true })),
  threads: buildReport(grown('thread', 10, [13, 16, 19])),
  refused: buildReport(
    buildEvidence({ cycles: tally({ completed: 900, failed: 100, failures: { reset: 100 } }) }),
  ),
  unmeasured: buildReport(
    buildEvidence({ rounds: rounds().map(round => ({ ...round, anonBytes: undefined })) }),
  ),
  web: buildReport(web),
  hostile: buildReport(leak, undefined, {
    command: [HOSTILE, "it's"],
    address: HOSTILE,
    comm: HOSTILE,
    note: HOSTILE,
  }),
  thorough: buildThorough(),
  thoroughLeak: buildThorough([buildRow('fin'), buildRow('rst', leak), buildRow('byte-rst', leak), NO_TLS]),
  thoroughDoubt: buildThorough([buildRow('fin'), buildRow('half', grown('file', 10, [])), TIME_IS_UP]),
  thoroughRoutes: buildThorough([
    buildRow('fin'),
    buildRow('reply', leak),
    buildRouteRow('GET /items', leak),
    buildRouteRow('GET /'),
  ]),
  ...GAUGE_REPORTS,
  ...WATCH_REPORTS,
  ...SERVE_REPORTS,
  ...LIFE_REPORTS,
  ...WHERE_REPORTS,
  error: errorReport(
    { argv: ['--port', '9', HOSTILE], nodeVersion: '20.20.2', cpus: 2 } as unknown as Parameters<
      typeof errorReport
    >[0],
    new ChurnError('nothing-listens', `Nothing listens on ${HOSTILE}.`, 'Start the server first.'),
  ),
} as const satisfies Record<string, Report>;
