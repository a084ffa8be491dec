import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRefused } from '../../../src/verdict/checks/answers.js';
import type { Evidence } from '../../../src/verdict/evidence.js';
import type { Check } from '../../../src/verdict/finding.js';
import type { Failure, StopReason, Tally } from '../../../src/workload/tally.js';
import { buildEvidence, tally } from '../../support/evidence.js';

const gone = { pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined };

const CASES: ReadonlyArray<
  readonly [what: string, evidence: Partial<Evidence>, status: Check['status'], count: number]
> = [
  ['no failure', {}, 'pass', 0],
  ['no cycle at all', { warmup: tally(), cycles: tally() }, 'pass', 0],
  ['one reset in a thousand', { cycles: failed(999, { reset: 1 }) }, 'warn', 1],
  ['one in a hundred', { warmup: tally(), cycles: failed(990, { reset: 10 }) }, 'fail', 10],
  ['a little less than one in a hundred', { warmup: tally(), cycles: failed(991, { reset: 9 }) }, 'warn', 9],
  ['nothing but refusals', { warmup: tally(), cycles: failed(0, { refused: 1_000 }) }, 'fail', 1_000],
  [
    'failures of several kinds',
    { cycles: failed(900, { refused: 60, reset: 30, timeout: 10 }) },
    'fail',
    100,
  ],
  ['what our own machine refused', { cycles: failed(900, { 'own-ports': 60, 'own-fds': 40 }) }, 'pass', 0],
  [
    'failures after the death of the server, which are those of the crash',
    { cycles: failed(500, { refused: 500 }), departed: [gone] },
    'pass',
    0,
  ],
  [
    'deadlines of a server that hangs, which are those of the hang',
    { cycles: failed(500, { timeout: 3 }, 'deadlines') },
    'pass',
    0,
  ],
  [
    'resets of a server that hangs',
    { cycles: failed(500, { timeout: 3, reset: 50 }, 'deadlines') },
    'fail',
    50,
  ],
  ['a failure in the warm-up', { warmup: failed(9, { reset: 1 }) }, 'warn', 1],
];

for (const [what, different, status, count] of CASES) {
  test(`${what} is ${status}`, () => {
    const { check, findings } = checkRefused(buildEvidence(different));
    assert.equal(check.status, status);
    assert.equal(check.after, count);
    assert.equal(findings.length, count > 0 ? 1 : 0);
  });
}

test('refused cycles are told by kind, and the first of them by its phase', () => {
  const first: Failure = { kind: 'refused', code: 'ECONNREFUSED', connection: 11 };
  const cycles = { ...failed(400, { refused: 500, reset: 100 }), firstFailure: first };
  assert.deepEqual(checkRefused(buildEvidence({ warmup: tally(), cycles, listenerGone: true })).findings, [
    {
      kind: 'refused',
      severity: 'fail',
      count: 600,
      perCycle: 0.6,
      of: 1_000,
      failures: { refused: 500, reset: 100 },
      firstCycle: 1,
      phase: 'cycles',
      listenerGone: true,
    },
  ]);
});

function failed(completed: number, failures: Tally['failures'], stopped?: StopReason): Tally {
  const count = Object.values(failures).reduce((sum, number) => sum + number, 0);
  return tally({ completed, failed: count, failures, stopped });
}
