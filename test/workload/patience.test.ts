import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Patience } from '../../src/workload/patience.js';

/** What it costs, in milliseconds, to wait for a server that closes as `closesAfterMs` says for each cycle. */
function costMs(cycles: number, closesAfterMs: (cycle: number) => number, together = 1): number {
  const patience = new Patience(5_000);
  let spentMs = 0;
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const { limitMs } = patience;
    const tookMs = closesAfterMs(cycle);
    if (tookMs <= limitMs) patience.met(tookMs);
    else patience.missed(limitMs, together);
    spentMs += Math.min(tookMs, limitMs) / together;
  }
  return spentMs;
}

test('a server that never closes its side costs a few seconds, however many cycles there are', () => {
  for (const cycles of [100, 1_000, 1_000_000]) assert.ok(costMs(cycles, () => Infinity) <= 5_000);
  assert.ok(costMs(100_000, () => Infinity, 16) <= 5_000);
});

test('a server that does not close one connection in a hundred costs a few seconds too', () => {
  const everyHundredth = (cycle: number) => (cycle % 100 === 0 ? Infinity : 0.1);
  assert.ok(costMs(1_000, everyHundredth) <= 5_000);
  assert.ok(costMs(1_000_000, everyHundredth) <= 7_000 + 0.1 * 1_000_000);
});

test('a server that is slow to close is waited for', () => {
  const patience = new Patience(5_000);
  for (let cycle = 0; cycle < 1_000; cycle++) {
    assert.ok(patience.limitMs >= 900);
    patience.met(90);
  }
  patience.missed(patience.limitMs, 1);
  assert.equal(patience.limitMs, 900);
  assert.ok(!patience.isOver);
});

test('nobody waits longer than a cycle may take', () => {
  assert.equal(new Patience(100).limitMs, 100);
});
