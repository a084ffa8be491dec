import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../../src/gather/budget.js';

test('a budget is spent at a third of the pace of the clock at least, however long a CPU was waited for', () => {
  const budget = new Budget(10_000, []);
  const madeAtMs = performance.now();
  for (let look = 0; look < 100; look++) {
    const passedMs = performance.now() - madeAtMs;
    const leftMs = budget.leftMs();
    assert.ok(leftMs <= 10_000 - passedMs / 3 && leftMs > 0, `${leftMs} ms after ${passedMs} ms`);
  }
});

test('without time there are no rounds but the first confirming ones, and those neither when there never was any', () => {
  assert.equal(new Budget(0, []).hasTimeFor([]), false);
  assert.ok(new Budget(0, []).leftMs() <= 0);
  const spent = new Budget(1, []);
  while (spent.leftMs() > 0);
  const confirming = Array.from({ length: 3 }, () => ({
    phase: 'confirm' as const,
    connections: 1,
    anonBytes: 0,
    counts: undefined,
    heap: undefined,
  }));
  assert.equal(spent.hasTimeFor(confirming), false);
});
