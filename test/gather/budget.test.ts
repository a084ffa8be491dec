import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../../src/gather/budget.js';

test('what is left of a budget is never more than the budget, and shrinks', () => {
  const budget = new Budget(10_000, []);
  const first = budget.leftMs();
  assert.ok(first <= 10_000 && first > 0, `${first}`);
  assert.ok(budget.leftMs() <= first);
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
