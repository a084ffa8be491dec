import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median, trendOf } from '../../src/verdict/series.js';

const PAGE = 4_096;
const RISES = 2.6;

/** A series over x = 0, 100, 200, …, with noise from a seed, and how steep it is said to be. */
const SERIES: ReadonlyArray<
  readonly [
    what: string,
    y: (index: number, noise: () => number) => number,
    rises: boolean,
    slope: number,
    within: number,
  ]
> = [
  ['a level one', () => 5_000, false, 0, 0],
  ['flat noise', (_, noise) => 5_000 + 400 * noise(), false, 0, 2],
  ['a ramp', index => 5_000 + 100 * index, true, 1, 0],
  ['a ramp under noise', (index, noise) => 5_000 + 100 * index + 200 * noise(), true, 1, 0.3],
  ['a ramp that falls', index => 5_000 - 100 * index, false, -1, 0],
  ['a ramp with one spike', index => 100 * index + (index === 12 ? 1e6 : 0), true, 1, 0.1],
  ['a level one with one spike', index => (index === 12 ? 1e6 : 0), false, 0, 0],
  ['a step at its beginning', index => (index === 0 ? 0 : 1e6), false, 0, 0],
  ['a saw-tooth', index => 1_000 * (index % 4), false, 0, 0],
  ['pages of a ramp', index => PAGE * Math.floor((1_000 * index) / PAGE), true, 10, 1.5],
  ['one page more at the end', index => (index === 23 ? PAGE : 0), false, 0, 0],
];

for (const [what, valueAt, rises, slope, within] of SERIES) {
  for (const seed of [1, 2, 3]) {
    test(`${what} ${rises ? 'rises' : 'does not rise'} (seed ${seed})`, () => {
      const noise = noiseOf(seed);
      const y = ramp(24, index => valueAt(index, noise));
      const trend = trendOf(
        ramp(24, index => 100 * index),
        y,
      );
      assert.ok(trend);
      assert.equal(trend.z > RISES, rises, `z = ${trend.z}`);
      assert.ok(Math.abs(trend.slope - slope) <= within, `slope = ${trend.slope}`);
      assert.ok(trend.low <= trend.slope && trend.slope <= trend.high, JSON.stringify(trend));
    });
  }
}

test('the score of a strict rise is that of Mann and Kendall', () => {
  // S = 45 of 10 points, Var = 10 · 9 · 25 / 18 = 125, Z = 44 / √125.
  const trend = trendOf(
    ramp(10, index => index),
    ramp(10, index => index),
  );
  assert.ok(Math.abs((trend?.z ?? 0) - 44 / Math.sqrt(125)) < 1e-12);
});

test('ties make the score of the same rise surer, by the usual term', () => {
  // y = 0 0 1 1 2 2: S = 12, three ties of two: Var = (6 · 5 · 17 − 3 · 18) / 18.
  const trend = trendOf(
    ramp(6, index => index),
    ramp(6, index => Math.floor(index / 2)),
  );
  assert.ok(Math.abs((trend?.z ?? 0) - 11 / Math.sqrt((510 - 54) / 18)) < 1e-12);
});

for (const count of [0, 1, 2, 3]) {
  test(`${count} points are too few for a trend`, () => {
    assert.equal(
      trendOf(
        ramp(count, index => index),
        ramp(count, index => index),
      ),
      undefined,
    );
  });
}

const MEDIANS: ReadonlyArray<readonly [sorted: number[], middle: number]> = [
  [[7], 7],
  [[1, 9], 5],
  [[1, 2, 9], 2],
  [[1, 2, 4, 9], 3],
];

for (const [sorted, middle] of MEDIANS) {
  test(`the middle of ${sorted.join(' ')} is ${middle}`, () => {
    assert.equal(median(sorted), middle);
  });
}

const values = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 4, maxLength: 16 });

test('more of everything is as sure, and steeper by as much', () => {
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      (y, by, plus) => {
        const x = y.map((_, index) => index);
        const trend = trendOf(x, y);
        const scaled = trendOf(
          x,
          y.map(value => value * by + plus),
        );
        assert.ok(trend && scaled);
        assert.equal(scaled.z, trend.z);
        for (const part of ['slope', 'low', 'high'] as const) assertClose(scaled[part], trend[part] * by);
      },
    ),
    { numRuns: 200 },
  );
});

test('a series upside down falls as it rose', () => {
  fc.assert(
    fc.property(values, y => {
      const x = y.map((_, index) => index);
      const trend = trendOf(x, y);
      const mirrored = trendOf(
        x,
        y.map(value => -value),
      );
      assert.ok(trend && mirrored);
      assertClose(mirrored.slope, -trend.slope);
      assertClose(mirrored.z, -trend.z);
    }),
    { numRuns: 200 },
  );
});

test('a line has its own slope, whatever one point of it does', () => {
  const outlier = fc.tuple(fc.nat(19), fc.integer({ min: -1e9, max: 1e9 }));
  fc.assert(
    fc.property(fc.integer({ min: -1_000, max: 1_000 }), outlier, (slope, [index, value]) => {
      const y = ramp(20, x => slope * x);
      y[index] = value;
      assertClose(
        trendOf(
          ramp(20, x => x),
          y,
        )?.slope ?? Number.NaN,
        slope,
      );
    }),
    { numRuns: 200 },
  );
});

test('a level series never rises, however long it is and wherever it lies', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 30 }), fc.integer(), (length, level) => {
      const trend = trendOf(
        ramp(length, index => index),
        ramp(length, () => level),
      );
      assert.deepEqual(trend, { slope: 0, low: 0, high: 0, z: 0 });
    }),
    { numRuns: 200 },
  );
});

test('of a hundred flat noisy series hardly one rises', () => {
  const risen = ramp(100, seed => seed).filter(seed => {
    const noise = noiseOf(seed + 100);
    return (
      (trendOf(
        ramp(12, index => index),
        ramp(12, noise),
      )?.z ?? 0) > 2.3
    );
  });
  assert.ok(risen.length <= 3, `${risen.length} of 100`);
});

test('two readings at the same number of connections leave numbers in the trend', () => {
  for (const y of [
    [0, 0, 0, 0],
    [5, 3, 4, 1, 2, 2],
    [9, 8, 7, 7],
  ]) {
    const x = y.map((_, index) => Math.min(index, y.length - 2));
    const { slope, low, high } = trendOf(x, y) ?? {};
    assert.ok(
      ![slope, low, high].some(part => Number.isNaN(part)),
      JSON.stringify({ x, y, slope, low, high }),
    );
  }
});

function ramp(length: number, valueAt: (index: number) => number): number[] {
  return Array.from({ length }, (_, index) => valueAt(index));
}

/** Numbers from -1 to 1, the same for the same seed (mulberry32). */
function noiseOf(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

function assertClose(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
}
