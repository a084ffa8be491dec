import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextConfirmingRound } from '../../../src/verdict/confirmation.js';
import { judge } from '../../../src/verdict/judge.js';
import type { RouteAnswers, Tally } from '../../../src/workload/tally.js';
import { buildEvidence, leaking, tally, upTo } from '../../support/evidence.js';
import { buildReport, DEFAULT_POLICY } from '../../support/report.js';

const of = (expected: number, statuses: Record<string, number>): RouteAnswers => ({
  statuses,
  expected,
  total: Object.values(statuses).reduce((sum, count) => sum + count, 0),
});

function answered(routes: Record<string, RouteAnswers>, different: Partial<Tally> = {}) {
  return buildEvidence({
    cycles: tally({ completed: 1_000, answered: 1_000, routes, ...different }),
    clients: ['reply'],
    requestIsMeant: true,
    asked: { isRequest: true, routes: Object.keys(routes), accepts: ['2xx', '3xx'], isIdle: false },
  });
}

const ROWS: ReadonlyArray<readonly [what: string, routes: Record<string, RouteAnswers>, verdict: string]> = [
  ['all answers as expected', { 'GET /': of(1_000, { 200: 1_000 }) }, 'pass'],
  ['one answer in ten an error', { 'GET /': of(900, { 200: 900, 503: 100 }) }, 'pass'],
  ['a page that is not there', { 'GET /': of(0, { 404: 1_000 }) }, 'undecided'],
  ['a limiter that lets a quarter through', { 'GET /': of(250, { 200: 250, 429: 750 }) }, 'undecided'],
  [
    'a login before one of two routes',
    { 'GET /a': of(500, { 200: 500 }), 'GET /b': of(0, { 401: 500 }) },
    'undecided',
  ],
];

for (const [what, routes, expected] of ROWS) {
  test(`${what}: ${expected}`, () => {
    const { verdict, clean } = judge(answered(routes), DEFAULT_POLICY);
    assert.deepEqual([verdict, clean], [expected, expected === 'pass']);
  });
}

test('a route that was never reached is told with what it answered, and what to do about that', () => {
  const { summary, notes, answers } = buildReport(answered({ 'GET /x': of(0, { 401: 1_000 }) }));
  assert.equal(summary, 'UNDECIDED  1000 cycles, the route was never reached');
  assert.match(
    notes.join('\n'),
    /GET \/x was never answered as expected \(2xx, 3xx\): 401 × 1000\. .*-H 'Authorization/,
  );
  assert.deepEqual(answers?.routes, [
    { route: 'GET /x', statuses: { 401: 1_000 }, expected: 0, total: 1_000 },
  ]);
});

test('what is kept on the way to an error page is a leak all the same', () => {
  const seen = { ...leaking(upTo(1_000)), cycles: answered({ 'GET /': of(0, { 500: 1_000 }) }).cycles };
  assert.equal(judge(seen, DEFAULT_POLICY).verdict, 'fail');
});

test('no further cycles are made for the memory of what was never reached', () => {
  const { rounds } = buildEvidence();
  const rising = rounds.map((round, index) => ({
    ...round,
    anonBytes: 1e7 + index * 30_000 + (index % 2) * 40_000,
  }));
  const at = (routes: Record<string, RouteAnswers>) =>
    nextConfirmingRound({ ...answered(routes), rounds: rising });
  assert.notEqual(at({ 'GET /': of(1_000, { 200: 1_000 }) }), undefined);
  assert.equal(at({ 'GET /': of(0, { 404: 1_000 }) }), undefined);
});

test('a stream of events has no end, which is nobody’s fault', () => {
  const failure = { kind: 'unanswered', code: 'endless', connection: 1 } as const;
  const failed = { completed: 0, answered: 0, failed: 1, failures: { unanswered: 1 }, firstFailure: failure };
  const { verdict, findings, notes } = judge(
    answered({}, { ...failed, stopped: 'unanswered' }),
    DEFAULT_POLICY,
  );
  assert.deepEqual([verdict, findings], ['undecided', []]);
  assert.ok(notes.some(({ note }) => note === 'endless'));
});
