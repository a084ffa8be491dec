import type { Report } from '../../src/report/report.js';
import { joinLife, joinTurns } from '../../src/report/started/join.js';
import type { AtLimit, Life, Reloaded, Stop } from '../../src/verdict/life.js';
import { buildEvidence, leaking, snapshot, upTo } from './evidence.js';
import { HOSTILE } from './hostile.js';
import { buildReport, buildRow, buildThorough, DEFAULT_POLICY, NO_TLS } from './report.js';

/** A server that was started, tried and stopped, and of which nothing is to be said; what is different is given. */
function buildLife(different: Partial<Life> = {}): Life {
  return {
    given: ['./server', '--port', '{port}'],
    command: ['./server', '--port', '9000'],
    ...{ picksPort: false, pid: 4_242, port: 9_000, readyMs: 21.4, isDaemon: false, graceMs: 5_000 },
    stopped: stop(),
    ...{ limit: undefined, limitSkipped: undefined, reloaded: undefined, shutdown: undefined },
    sanitizers: [],
    unheard: [],
    openAtExit: [],
    output: { lines: ['listening on 9000', 'bye'], file: undefined },
    ...different,
  };
}

function stop(different: Partial<Stop> = {}): Stop {
  return {
    ...{ how: 'term', exit: { status: 0, signal: undefined }, tookMs: 12.34, leftBehind: [], portFree: true },
    survivors: [],
    ...different,
  };
}

function atLimit(different: Partial<AtLimit> = {}): AtLimit {
  return {
    ...{ openFiles: 32, clients: 40, fullestFds: 32, reached: true, cpuPercent: 1, died: [], replaced: [] },
    ...{ servedAfterMs: 200, waitedMs: 0, queued: 0, fdsBefore: 5, fdsAfter: 5, kept: [] },
    ...different,
  };
}

function reloaded(different: Partial<Reloaded> = {}): Reloaded {
  return {
    ...{ signal: 'SIGHUP', everyCycles: 200, everyMs: undefined, sent: 5, workers: 2, replaced: 2 },
    ...{ more: 0, stale: [], watched: 15, cutOff: 0, endsByItself: false },
    ...different,
  };
}

const asked: Partial<Life> = {
  limit: atLimit(),
  reloaded: reloaded(),
  shutdown: { cycles: 100, concurrency: 4, held: 0 },
};
const failing: Partial<Life> = {
  limit: atLimit({ cpuPercent: 99, servedAfterMs: undefined, waitedMs: 2_000, fdsAfter: 32 }),
  reloaded: reloaded({ cutOff: 3 }),
  shutdown: { cycles: 100, concurrency: 4, held: 0 },
  stopped: stop({
    how: 'kill',
    exit: { status: undefined, signal: 'SIGKILL' },
    tookMs: 5_004,
    portFree: false,
  }),
  sanitizers: [
    { tool: 'AddressSanitizer', said: 'heap-use-after-free /a/b.c:7 in serve' },
    { tool: 'valgrind', said: '2 errors from 1 contexts' },
  ],
};
const hostile: Partial<Life> = {
  ...failing,
  ...{ given: [HOSTILE, '{port}'], command: [HOSTILE, "it's"] },
  stopped: stop({ leftBehind: [{ pid: 4_300, comm: HOSTILE }], survivors: [4_300], portFree: false }),
  sanitizers: [{ tool: HOSTILE, said: `no leaks are possible ${HOSTILE}` }],
  output: {
    lines: [HOSTILE, '```', '', `  ${'x'.repeat(300)}`, '# heading', '1..5'],
    file: `/tmp/${HOSTILE}`,
  },
};
const live = (report: Report, life: Partial<Life> = {}) => joinLife(report, buildLife(life), DEFAULT_POLICY);
const DEPARTED = {
  ...{ pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined },
  ended: { status: undefined, signal: 'SIGSEGV' },
};
const leak = leaking(upTo(1_010));

/** What is said of a server that was started for the run. */
export const LIFE_REPORTS = {
  started: joinTurns(live(buildReport(), asked), 3, 3),
  startedFails: live(buildReport(), failing),
  startedLeaks: live(buildReport(leak), { limitSkipped: 'failed', output: { lines: [], file: undefined } }),
  startedDied: live(buildReport(buildEvidence({ departed: [DEPARTED], after: snapshot([]) })), {
    stopped: stop({ how: 'itself', exit: { status: undefined, signal: 'SIGSEGV' }, portFree: undefined }),
  }),
  startedDaemon: live(buildReport(), { isDaemon: true, stopped: stop() }),
  startedThorough: live(buildThorough([buildRow('fin'), buildRow('rst', leak), NO_TLS]), asked),
  startedHostile: live(buildReport(leak, undefined, { command: [HOSTILE], comm: HOSTILE }), hostile),
} as const satisfies Record<string, Report>;
