import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTimeUp } from '../../src/options/load.js';
import { parseOptions, type RawOptions } from '../../src/options/run.js';

/** When cycles end that a slow server would make last, in seconds: no earlier than, and if all would take more than. */
const TIMES: ReadonlyArray<
  readonly [what: string, raw: RawOptions, time: readonly [least: number, whole: number] | undefined]
> = [
  ['the usual cycles', {}, [60, 300]],
  ['few of them', { cycles: 20 }, [60, 300]],
  ['many of them get 300 ms each', { cycles: 10_000 }, [60, 3_000]],
  ['a budget that is longer', { budget: '1h' }, [3_600, 3_600]],
  ['a budget that is shorter is one for confirming', { budget: '1s' }, [60, 300]],
  ['a duration', { duration: '1h' }, undefined],
  ['a rate', { rate: '1/s' }, undefined],
  ['a pause', { pause: '5s' }, undefined],
  ['clients that wait', { client: 'idle', wait: '5s' }, undefined],
  ['a thorough run, whose rows have times of their own', { thorough: true }, undefined],
];

for (const [what, raw, time] of TIMES) {
  test(`the time for cycles: ${what}`, () => {
    const [least = 0, whole = 0] = time ?? [];
    const expected = time && { leastMs: least * 1_000, wholeMs: whole * 1_000 };
    assert.deepEqual(parseOptions({ port: 9, ...raw }).cycleTime, expected);
  });
}

test('it is up when enough has been seen, and all cycles would take too long at that pace', () => {
  const time = { leastMs: 60_000, wholeMs: 300_000 };
  const after = (elapsedMs: number, made: number) => isTimeUp(time, { elapsedMs, made, wanted: 1_010 });
  assert.equal(after(59_000, 20), false, 'not so early');
  assert.equal(after(60_000, 20), true);
  assert.equal(after(60_000, 203), false, 'just in time');
  assert.equal(after(299_000, 1_009), false);
  assert.equal(after(301_000, 1_009), true);
  assert.equal(after(60_000, 0), true);
});
