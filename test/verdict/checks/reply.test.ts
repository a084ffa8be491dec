import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRefused, checkReply } from '../../../src/verdict/checks/answers.js';
import type { Evidence } from '../../../src/verdict/evidence.js';
import type { Tally } from '../../../src/workload/tally.js';
import { buildEvidence, type Different, tally } from '../../support/evidence.js';

const first = { kind: 'unanswered', code: 'early-end', connection: 12 } as const;

function evidence(cycles: Partial<Tally>, different: Different = {}): Evidence {
  return buildEvidence({ cycles: tally({ requested: 1_000, ...cycles }), ...different });
}

test('clients that wait for no answer measure nothing', () => {
  const { check, findings } = checkReply(buildEvidence());
  assert.equal(check.status, 'not-measured');
  assert.deepEqual(findings, []);
});

test('answers to all requests pass', () => {
  assert.equal(checkReply(evidence({ completed: 1_000, answered: 1_000 })).check.status, 'pass');
});

test('a request that the user has named must be answered', () => {
  const silent = evidence(
    { failed: 1, failures: { unanswered: 1 }, firstFailure: first },
    { requestIsMeant: true },
  );
  const { check, findings, notes } = checkReply(silent);
  assert.equal(check.status, 'fail');
  assert.deepEqual(notes, []);
  const [finding] = findings;
  assert.ok(finding?.kind === 'reply');
  assert.deepEqual(
    [finding.count, finding.of, finding.unanswered, finding.closedFirst, finding.firstCycle],
    [1, 1, 1, true, 2],
  );
});

test('the silence of a server to a request that this tool made up decides nothing', () => {
  const { check, findings, notes } = checkReply(evidence({ failed: 1, failures: { unanswered: 1 } }));
  assert.equal(check.status, 'undecided');
  assert.deepEqual(findings, []);
  assert.deepEqual(notes, [{ note: 'not-answered', closedFirst: false, timeoutMs: 5_000 }]);
});

test('a server that answers some requests has to answer all', () => {
  const some = evidence({ answered: 97, failed: 3, failures: { unanswered: 2, unexpected: 1 } });
  assert.equal(checkReply(some).check.status, 'fail');
});

const resets = { kind: 'reset', code: 'ECONNRESET', connection: 12 } as const;
const turnedDown = { failed: 6, failures: { reset: 6 }, firstFailure: resets, turnedDown: 6 } as const;

test('a server that turns down some of the requests that this tool made up is not at fault, and it is said', () => {
  const some = evidence({ completed: 194, answered: 194, ...turnedDown });
  const { check, findings, notes } = checkReply(some);
  assert.deepEqual([check.status, findings], ['pass', []]);
  assert.deepEqual(notes, [{ note: 'turned-down', count: 6, of: 210 }]);
  assert.deepEqual(checkRefused(some).findings, []);
});

test('a server that turns down all of them is not judged by them', () => {
  const { check, notes } = checkReply(evidence(turnedDown, { warmup: tally() }));
  assert.equal(check.status, 'undecided');
  assert.deepEqual(notes, [{ note: 'not-answered', closedFirst: true, timeoutMs: 5_000 }]);
});

test('a request that the user has named may not be reset, nor any while workers die', () => {
  const worker = { pid: 7, comm: 'x', isRoot: false, servedOther: false, replacedBy: 8 };
  for (const different of [{ requestIsMeant: true }, { departed: [worker] }]) {
    const some = evidence({ completed: 194, answered: 194, ...turnedDown }, different);
    const [finding] = checkRefused(some).findings;
    assert.equal(finding?.count, 6);
    assert.deepEqual(checkReply(some).notes, []);
  }
});

test('under one in a hundred is a warning', () => {
  const few = evidence({ answered: 999, failed: 1, failures: { unanswered: 1 } });
  assert.equal(checkReply(few).check.status, 'warn');
});

test('a server that hangs or has died is told once, not as missing answers too', () => {
  const silent = { failed: 1, failures: { unanswered: 1 }, stopped: 'unanswered' } as const;
  const hangs = evidence(silent, {
    requestIsMeant: true,
    acceptQueue: 1,
    queueSettled: { state: 'held', lastChangeMs: 0, tookMs: 1_000, asleep: true },
  });
  assert.deepEqual(checkReply(hangs).findings, []);
  const departed = [{ pid: 1, comm: 'x', isRoot: true, servedOther: false, replacedBy: undefined }];
  assert.deepEqual(checkReply(evidence(silent, { requestIsMeant: true, departed })).findings, []);
});

test('missing answers are no refused connections', () => {
  const silent = evidence({ failed: 3, failures: { unanswered: 2, unexpected: 1 }, stopped: 'unanswered' });
  assert.deepEqual(checkRefused(silent).findings, []);
});
