import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Pattern, patternOf } from '../../src/verdict/pattern.js';
import { upTo } from '../support/evidence.js';

const PATTERNS: ReadonlyArray<
  readonly [what: string, cycles: readonly number[], total: number, jitter: number, pattern: Pattern]
> = [
  ['all of them', upTo(1_000), 1_000, 0, { kind: 'every' }],
  ['the only one', [1], 1, 0, { kind: 'every' }],
  ['all of them, backwards and twice', [3, 2, 1, 1], 3, 0, { kind: 'every' }],
  ['every hundredth', upTo(10).map(n => 100 * n), 1_000, 0, { kind: 'every-nth', step: 100, first: 100 }],
  [
    'every second, from the first on',
    upTo(500).map(n => 2 * n - 1),
    1_000,
    0,
    { kind: 'every-nth', step: 2, first: 1 },
  ],
  [
    'every third until the middle',
    upTo(150).map(n => 3 * n),
    1_000,
    0,
    { kind: 'every-nth', step: 3, first: 3 },
  ],
  [
    'every tenth, one place off here and there',
    [10, 21, 30, 39, 50],
    50,
    1,
    { kind: 'every-nth', step: 10, first: 10 },
  ],
  [
    'the same, where clients cannot overtake',
    [10, 21, 30, 39, 50, 61],
    70,
    0,
    { kind: 'some', first: 10, last: 61 },
  ],
  ['those from 512 on', upTo(1_000).slice(511), 1_000, 0, { kind: 'from', first: 512 }],
  ['all but the first', upTo(10).slice(1), 10, 0, { kind: 'from', first: 2 }],
  ['one', [512], 1_000, 0, { kind: 'only', cycles: [512] }],
  ['two', [7, 512], 1_000, 0, { kind: 'only', cycles: [7, 512] }],
  ['the last two', [999, 1_000], 1_000, 0, { kind: 'only', cycles: [999, 1_000] }],
  ['five without a rule', [3, 4, 90, 200, 750], 1_000, 0, { kind: 'only', cycles: [3, 4, 90, 200, 750] }],
  ['six without a rule', [3, 4, 90, 200, 750, 800], 1_000, 0, { kind: 'some', first: 3, last: 800 }],
  ['the first half', upTo(500), 1_000, 0, { kind: 'some', first: 1, last: 500 }],
];

for (const [what, cycles, total, jitter, pattern] of PATTERNS) {
  test(`${what} of ${total} cycles: ${pattern.kind}`, () => {
    assert.deepEqual(patternOf(cycles, total, jitter), pattern);
  });
}

test('the order in which leaks were found says nothing', () => {
  const cycles = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(cycles, found => {
      assert.deepEqual(patternOf([...found].reverse(), 60), patternOf(found, 60));
    }),
    { numRuns: 200 },
  );
});

test('every regular pattern is found again', () => {
  const regular = fc.record({
    step: fc.integer({ min: 2, max: 50 }),
    first: fc.integer({ min: 1, max: 50 }),
    count: fc.integer({ min: 3, max: 40 }),
  });
  fc.assert(
    fc.property(regular, ({ step, first, count }) => {
      const cycles = upTo(count).map(n => first + (n - 1) * step);
      assert.deepEqual(patternOf(cycles, first + count * step), { kind: 'every-nth', step, first });
    }),
    { numRuns: 200 },
  );
});
