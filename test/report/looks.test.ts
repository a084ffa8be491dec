import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf, type Look, lookLine } from '../../src/report/looks.js';

/** A look each minute. */
const looks = (fds: readonly number[], different: Partial<Look> = {}): Look[] =>
  fds.map((count, minute) => ({
    atMs: minute * 60_000,
    clock: `12:0${minute}:00`,
    ...{ fds: count, fullestFds: count, limit: 1_024, threads: 3, children: 0, rssBytes: 4_194_304 },
    states: { CLOSE_WAIT: count - 10, ESTABLISHED: 2 },
    ...different,
  }));

const ROWS: ReadonlyArray<
  readonly [
    what: string,
    fds: readonly number[],
    perMinute: number | undefined,
    limitInMin: number | undefined,
  ]
> = [
  ['one look tells no growth', [10], undefined, undefined],
  ['three looks are too few for a forecast', [10, 110, 210], 100, undefined],
  ['a steady rise comes to the limit', [24, 124, 224, 324, 424], 100, 6],
  ['a rise with pauses does too', [24, 224, 224, 424, 424], 100, 6],
  ['a crowd that has come and goes has no forecast', [24, 624, 824, 524, 424], 100, undefined],
  ['one step is no rise', [24, 424, 424, 424, 424], 100, undefined],
  ['what falls has none', [424, 324, 224, 124, 24], -100, undefined],
];

for (const [what, fds, perMinute, limitInMin] of ROWS) {
  test(what, () => {
    const growth = growthOf(looks(fds));
    assert.equal(growth && Math.round(growth.perMinute), perMinute);
    assert.equal(growth?.limitInMs && Math.round(growth.limitInMs / 60_000), limitInMin);
  });
}

test('without a limit there is no forecast', () => {
  assert.equal(growthOf(looks([24, 124, 224, 324, 424], { limit: null }))?.limitInMs, undefined);
});

test('a look is one line', () => {
  assert.equal(
    lookLine(looks([24, 124, 224, 324, 424]), 0),
    '12:04:00  fds 424 (41 %)  +100/min  limit in 6 min  threads 3  4.0 MiB  414 CLOSE_WAIT, 2 ESTABLISHED',
  );
  assert.equal(
    lookLine(looks([12]), 0),
    '12:00:00  fds 12 (1 %)  threads 3  4.0 MiB  2 CLOSE_WAIT, 2 ESTABLISHED',
  );
});
