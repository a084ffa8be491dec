import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasLetGo, holdsForGood } from '../../src/verdict/rows.js';
import { buildEvidence, leaking, serverProcess, snapshot, upTo } from '../support/evidence.js';

const seen = leaking(upTo(9));
const child = serverProcess({ pid: 9, startTicks: 9, fds: [] });

test('what is held still was held rightly', () => {
  assert.equal(hasLetGo(seen, seen.after), false);
});

test('one socket less, one child less, one thread less was let go', () => {
  assert.equal(hasLetGo(seen, buildEvidence().after), true);
  const withChild = buildEvidence({ after: snapshot([serverProcess(), child]) });
  assert.equal(hasLetGo(withChild, withChild.after), false);
  assert.equal(hasLetGo(withChild, snapshot([serverProcess()])), true);
  const threads = buildEvidence({ after: snapshot([serverProcess({ threads: 9 })]) });
  assert.equal(hasLetGo(threads, snapshot([serverProcess({ threads: 8 })])), true);
});

test('a server that sleeps, or was waited for to the end, is told from one that was not', () => {
  const settled = (tookMs: number, asleep: boolean) =>
    buildEvidence({ settled: { state: 'held', lastChangeMs: 0, tookMs, asleep } });
  assert.equal(holdsForGood(settled(5_001, false), 5_000), true);
  assert.equal(holdsForGood(settled(1_001, true), 5_000), true);
  assert.equal(holdsForGood(settled(1_001, false), 5_000), false);
  assert.equal(holdsForGood(buildEvidence(), 0), false);
});
