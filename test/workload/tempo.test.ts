import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Beat, clientsAfter, dueAfterMs, Tempo } from '../../src/workload/tempo.js';

const beat = (different: Partial<Beat>): Beat => ({
  ratePerSecond: undefined,
  concurrency: 1,
  rampMs: 0,
  ...different,
});

const DUE: ReadonlyArray<readonly [what: string, beat: Beat, nth: number, dueMs: number]> = [
  ['the first cycle at once', beat({ ratePerSecond: 10 }), 1, 0],
  ['the second a period later', beat({ ratePerSecond: 10 }), 2, 100],
  ['the thousandth after 999 periods', beat({ ratePerSecond: 1_000 }), 1_000, 999],
  ['less than one a second', beat({ ratePerSecond: 0.5 }), 3, 4_000],
  ['no cycle ever, where there is no rate', beat({}), 1_000, 0],
  ['the first of a ramp at once', beat({ ratePerSecond: 100, rampMs: 10_000 }), 1, 0],
  // From 1/s to 100/s in 10 s makes 505 cycles.
  ['those of a ramp by its end', beat({ ratePerSecond: 100, rampMs: 10_000 }), 506, 10_000],
  ['those behind it at the whole rate', beat({ ratePerSecond: 100, rampMs: 10_000 }), 606, 11_000],
  ['a ramp that has nothing to grow', beat({ ratePerSecond: 1, rampMs: 10_000 }), 6, 5_000],
];

for (const [what, given, nth, dueMs] of DUE) {
  test(`due: ${what}`, () => {
    assert.ok(Math.abs(dueAfterMs(given, nth) - dueMs) < 1e-6, `${dueAfterMs(given, nth)}`);
  });
}

test('clients grow from one to all of them, and stay', () => {
  const given = beat({ concurrency: 11, rampMs: 1_000 });
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
  const tempo = new Tempo(beat({ ratePerSecond: 10 }));
  tempo.play(1_000);
  assert.equal(tempo.begin(1_000), 1_000);
  assert.equal(tempo.untilNextMs(1_250), -150);
  tempo.pause(1_250);
  tempo.play(9_000);
  assert.equal(tempo.untilNextMs(9_000), -150);
  assert.equal(tempo.begin(9_000), 8_850);
  assert.equal(tempo.untilNextMs(9_000), -50);
});
