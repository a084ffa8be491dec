import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientsAfter, dueAfterMs, LoadClock, type LoadProfile } from '../../src/workload/load-clock.js';

const profile = (different: Partial<LoadProfile>): LoadProfile => ({
  ratePerSecond: undefined,
  concurrency: 1,
  rampMs: 0,
  ...different,
});

const DUE: ReadonlyArray<readonly [what: string, profile: LoadProfile, nth: number, dueMs: number]> = [
  ['the first cycle at once', profile({ ratePerSecond: 10 }), 1, 0],
  ['the second a period later', profile({ ratePerSecond: 10 }), 2, 100],
  ['the thousandth after 999 periods', profile({ ratePerSecond: 1_000 }), 1_000, 999],
  ['less than one a second', profile({ ratePerSecond: 0.5 }), 3, 4_000],
  ['no cycle ever, where there is no rate', profile({}), 1_000, 0],
  ['the first of a ramp at once', profile({ ratePerSecond: 100, rampMs: 10_000 }), 1, 0],
  // From 1/s to 100/s in 10 s makes 505 cycles.
  ['those of a ramp by its end', profile({ ratePerSecond: 100, rampMs: 10_000 }), 506, 10_000],
  ['those behind it at the whole rate', profile({ ratePerSecond: 100, rampMs: 10_000 }), 606, 11_000],
  ['a ramp that has nothing to grow', profile({ ratePerSecond: 1, rampMs: 10_000 }), 6, 5_000],
];

for (const [what, given, nth, dueMs] of DUE) {
  test(`due: ${what}`, () => {
    assert.ok(Math.abs(dueAfterMs(given, nth) - dueMs) < 1e-6, `${dueAfterMs(given, nth)}`);
  });
}

test('clients grow from one to all of them, and stay', () => {
  const given = profile({ concurrency: 11, rampMs: 1_000 });
  assert.deepEqual(
    [0, 99, 100, 500, 999, 1_000, 5_000].map(ms => clientsAfter(given, ms)),
    [1, 1, 2, 6, 10, 11, 11],
  );
});

test('no cycle is due before the one in front of it', () => {
  const any = fc.record({
    ratePerSecond: fc.double({ min: 0.02, max: 100_000, noNaN: true }),
    concurrency: fc.constant(1),
    rampMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1e6 })),
  });
  fc.assert(
    fc.property(any, fc.integer({ min: 1, max: 1e6 }), (given, nth) => {
      assert.ok(dueAfterMs(given, nth + 1) >= dueAfterMs(given, nth));
    }),
  );
});

test('while the clock stands still nothing becomes due, and what was late stays late', () => {
  const loadClock = new LoadClock(profile({ ratePerSecond: 10 }));
  loadClock.play(1_000);
  assert.equal(loadClock.begin(1_000), 1_000);
  assert.equal(loadClock.untilNextMs(1_250), -150);
  loadClock.pause(1_250);
  loadClock.play(9_000);
  assert.equal(loadClock.untilNextMs(9_000), -150);
  assert.equal(loadClock.begin(9_000), 8_850);
  assert.equal(loadClock.untilNextMs(9_000), -50);
});
