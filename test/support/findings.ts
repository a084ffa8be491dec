import assert from 'node:assert/strict';
import type { Finding, Kind } from '../../src/verdict/finding.js';
import { judge } from '../../src/verdict/judge.js';
import { leaking, upTo } from './evidence.js';
import { DEFAULT_POLICY } from './report.js';

const common = { severity: 'fail', count: 10, perCycle: 0.01 } as const;
const growth = { perRound: [1, 1, 1], limit: undefined, connectionsLeft: undefined };
const [forgotten] = judge(leaking(upTo(1_010)), DEFAULT_POLICY).findings;
assert.equal(forgotten?.kind, 'fd');

/** A finding of every kind. */
export const FINDINGS: { readonly [K in Kind]: Extract<Finding, { readonly kind: K }> } = {
  crash: {
    kind: 'crash',
    ...common,
    pids: [4_242],
    cycles: [1, 2],
    phase: 'cycles',
    connections: [11, 12],
  },
  hang: { kind: 'hang', ...common, accepted: 0, connected: 5, stalledMs: 5_000, atFdLimit: false },
  refused: {
    kind: 'refused',
    ...common,
    of: 1_000,
    failures: { reset: 10 },
    firstCycle: 1,
    phase: 'cycles',
    listenerGone: false,
  },
  reply: {
    kind: 'reply',
    ...common,
    ...{ of: 1_000, answered: 990, unanswered: 4, unexpected: 6, timeoutMs: 5_000 },
    ...{ heard: 'SSH-2.0', closedFirst: false, firstCycle: 3, phase: 'cycles' },
  },
  restart: { kind: 'restart', ...common, workers: [{ pid: 2, replacedBy: 3 }], cutOff: 0, watched: 0 },
  fd: forgotten,
  zombie: { kind: 'zombie', ...common, ...growth },
  child: { kind: 'child', ...common, ...growth },
  thread: { kind: 'thread', ...common, ...growth },
  mapping: { kind: 'mapping', ...common, ...growth, limit: 65_530, connectionsLeft: 1_000 },
  work: { kind: 'work', ...common, firstUs: 24, lastUs: 61, connections: 8_080, perSixthUs: [24, 61] },
  spin: { kind: 'spin', ...common, cpuPercent: 99, openFilesLimit: 64 },
  reload: { kind: 'reload', ...common, signal: 'SIGHUP', reloads: 5, watched: 15 },
  shutdown: {
    kind: 'shutdown',
    ...common,
    ...{
      graceMs: 5_000,
      tookMs: 5_000,
      killed: true,
      crashSignal: undefined,
      leftBehind: [],
      portFree: true,
    },
  },
  sanitizer: { kind: 'sanitizer', ...common, reports: [{ tool: 'valgrind', said: '1 errors' }] },
  gauge: {
    kind: 'gauge',
    ...common,
    ...{ name: 'leased', manner: 'returns', grows: true, before: 0, after: 10, perRound: [1, 2, 3] },
  },
  memory: { kind: 'memory', ...common, low: 100, high: 300, perRound: [1, 2] },
};
