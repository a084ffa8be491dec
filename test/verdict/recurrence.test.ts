import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CensusKey, Evidence } from '../../src/verdict/evidence.js';
import { CENSUS_KEYS } from '../../src/verdict/evidence.js';
import { growthOf, isAtFdLimit, isDescriptor, type Recurrence } from '../../src/verdict/recurrence.js';
import {
  buildEvidence,
  type Different,
  fd,
  grown,
  serverProcess,
  snapshot,
  upTo,
} from '../support/evidence.js';

/** How many more there were after the judged cycles, and after each confirming round of 300 cycles. */
const HISTORIES: ReadonlyArray<
  readonly [
    what: string,
    key: CensusKey,
    inCycles: number,
    confirming: number[],
    recurrence: Recurrence,
    perRound: number[],
  ]
> = [
  ['nothing grew', 'file', 0, [], 'none', []],
  ['something went away', 'file', -1, [], 'none', []],
  ['it grew and was not looked at again', 'file', 10, [], 'suspect', []],
  ['it grew again once', 'file', 10, [13], 'suspect', [3]],
  ['it grew again twice', 'file', 10, [13, 16], 'suspect', [3, 3]],
  ['it grew again three times', 'file', 10, [13, 16, 19], 'recurs', [3, 3, 3]],
  ['it grew on every cycle', 'thread', 1_000, [1_300, 1_600, 1_900], 'recurs', [300, 300, 300]],
  ['it was opened once', 'file', 1, [1, 1, 1], 'suspect', []],
  ['many were opened once', 'file', 8, [8, 8, 8], 'levelled', [0, 0, 0]],
  ['it came back', 'thread', 8, [4, 2, 0], 'levelled', [-4, -2, -2]],
  ['a pool that still fills slowly', 'thread', 100, [101, 102, 103], 'levelled', [1, 1, 1]],
  ['it grew in two rounds of three', 'file', 10, [14, 14, 19], 'suspect', [4, 0, 5]],
  ['it went on at a third of its pace', 'file', 10, [11, 12, 13], 'suspect', [1, 1, 1]],
  ['it grew, and then stood still for three rounds', 'file', 10, [13, 13, 13, 13], 'levelled', [3, 0, 0, 0]],
  ['[0, 1, -1] is no leak', 'file', 9, [9, 10, 9], 'levelled', [0, 1, -1]],
  ['mappings in the noise of an allocator', 'mapping', 9, [], 'none', []],
  ['mappings beyond it', 'mapping', 10, [], 'suspect', []],
  ['mappings that recur', 'mapping', 2_000, [2_600, 3_200, 3_800], 'recurs', [600, 600, 600]],
  [
    'dead sockets that stop at a limit of the server',
    'dead-socket',
    500,
    [509, 509, 509],
    'saturated',
    [9, 0, 0],
  ],
  ['dead sockets that were let go', 'dead-socket', 500, [9, 9, 9], 'levelled', [-491, 0, 0]],
  ['a few dead sockets that are kept', 'dead-socket', 8, [8, 8, 8], 'levelled', [0, 0, 0]],
  ['zombies that recur', 'zombie', 1_000, [1_300, 1_600, 1_900], 'recurs', [300, 300, 300]],
];

for (const [what, key, inCycles, confirming, recurrence, perRound] of HISTORIES) {
  test(`${what} (${key}): ${recurrence}`, () => {
    const growth = growthOf(grown(key, inCycles, confirming), key);
    assert.equal(growth.recurrence, recurrence);
    assert.equal(growth.inCycles, inCycles);
    assert.equal(growth.total, confirming.at(-1) ?? inCycles);
    if (recurrence !== 'none') assert.deepEqual(growth.perRound, perRound);
  });
}

/** Files that were opened in each of 16 rounds of 300 cycles, after 1000 in the 1000 judged cycles. */
const SLOWER: ReadonlyArray<readonly [what: string, inRound: (round: number) => number, Recurrence]> = [
  ['at a third of its pace, and goes on so', () => 100, 'recurs'],
  ['by less and less, as a cache does that fills', round => Math.ceil(140 * 0.8 ** round), 'levelled'],
  ['at a third of its pace, but for one round', round => (round === 9 ? 0 : 100), 'suspect'],
];

for (const [what, inRound, recurrence] of SLOWER) {
  test(`what grows on ${what}: ${recurrence}`, () => {
    const confirming: number[] = [];
    for (let round = 0; round < 16; round++) confirming.push((confirming.at(-1) ?? 1_000) + inRound(round));
    assert.equal(recurrenceOf(grown('file', 1_000, confirming, { fdLimit: undefined }), 'file'), recurrence);
    assert.notEqual(recurrenceOf(grown('thread', 1_000, confirming), 'thread'), 'recurs');
  });
}

test('the heap of a runtime maps more before it is suspicious', () => {
  const managed = { runtime: 'v8' } as const;
  assert.equal(recurrenceOf(grown('mapping', 249, [], managed), 'mapping'), 'none');
  assert.equal(recurrenceOf(grown('mapping', 250, [], managed), 'mapping'), 'suspect');
  assert.equal(recurrenceOf(grown('thread', 1, [], managed), 'thread'), 'suspect');
});

test('rounds too short to show growth at the rate that was seen are joined', () => {
  // One in 500 cycles: two of them are expected in 1000, so four rounds of 300 make one.
  const { perRound } = growthOf(grown('file', 2, [2, 3, 3, 4, 4, 4, 5, 5]), 'file');
  assert.deepEqual(perRound, [2, 1]);
});

test('a server without descriptors left did not recover', () => {
  const fds = upTo(1_023).map(number => fd(number, 'file'));
  const full = { after: snapshot([serverProcess({ fds })]) };
  assert.equal(growthOf(grown('file', 900, [900, 900, 900], full), 'file').recurrence, 'saturated');
  assert.equal(growthOf(grown('thread', 900, [900, 900, 900], full), 'thread').recurrence, 'levelled');
});

const AT_LIMIT: ReadonlyArray<readonly [fds: number, fdLimit: number | undefined, is: boolean]> = [
  [1_022, 1_024, false],
  [1_023, 1_024, true],
  [1_024, 1_024, true],
  [2_000, undefined, false],
];

for (const [count, fdLimit, is] of AT_LIMIT) {
  test(`${count} descriptors of ${fdLimit ?? 'any number'} ${is ? 'are' : 'are not'} all`, () => {
    const fds = upTo(count).map(number => fd(number, 'file'));
    assert.equal(isAtFdLimit(buildEvidence({ after: snapshot([serverProcess({ fds })]), fdLimit })), is);
  });
}

test('threads, children, zombies and mappings are no descriptors', () => {
  assert.deepEqual(
    CENSUS_KEYS.filter(key => !isDescriptor(key)),
    ['thread', 'child', 'zombie', 'mapping'],
  );
});

const counts = fc.array(fc.nat(50), { maxLength: 8 });
const anyKey = fc.constantFrom(...CENSUS_KEYS);

test('what did not grow in the judged cycles is never accused', () => {
  fc.assert(
    fc.property(anyKey, fc.integer({ min: -20, max: 0 }), counts, (key, inCycles, confirming) => {
      assert.equal(growthOf(grown(key, inCycles, confirming), key).recurrence, 'none');
    }),
    { numRuns: 200 },
  );
});

test('a count that stays where the judged cycles left it is never accused', () => {
  fc.assert(
    fc.property(anyKey, fc.nat(500), fc.nat(10), (key, inCycles, rounds) => {
      assert.notEqual(recurrenceOf(grown(key, inCycles, Array(rounds).fill(inCycles)), key), 'recurs');
    }),
    { numRuns: 200 },
  );
});

test('growth at its own pace in enough rounds is always accused', () => {
  fc.assert(
    fc.property(
      anyKey,
      fc.integer({ min: 10, max: 400 }),
      fc.integer({ min: 3, max: 10 }),
      (key, per100, rounds) => {
        const confirming = upTo(rounds).map(round => 10 * per100 + 3 * per100 * round);
        assert.equal(
          recurrenceOf(grown(key, 10 * per100, confirming, { fdLimit: undefined }), key),
          'recurs',
        );
      },
    ),
    { numRuns: 200 },
  );
});

function recurrenceOf(evidence: Evidence, key: CensusKey): Recurrence {
  return growthOf(evidence, key).recurrence;
}

/** Children after 1000 judged cycles with sixteen clients at a time, and after three confirming rounds of 300. */
const CROWDS: ReadonlyArray<
  readonly [what: string, key: CensusKey, counts: readonly number[], Different, Recurrence]
> = [
  ['a few workers more, as a pool starts them', 'child', [3, 4, 5, 6], { concurrency: 16 }, 'suspect'],
  ['as many as no pool of so many clients has', 'child', [40, 52, 64, 76], { concurrency: 16 }, 'recurs'],
  ['a few threads more', 'thread', [3, 4, 5, 6], { concurrency: 16 }, 'suspect'],
  ['a few files more, which no client calls for', 'file', [10, 13, 16, 19], { concurrency: 16 }, 'recurs'],
  [
    'a few workers more at a rate, which needs few at a time',
    'child',
    [10, 13, 16, 19],
    { concurrency: 256, ratePerSecond: 100 },
    'recurs',
  ],
];

for (const [what, key, [inCycles = 0, ...confirming], different, recurrence] of CROWDS) {
  test(`of sixteen clients at a time ${what}: ${recurrence}`, () => {
    assert.equal(growthOf(grown(key, inCycles, confirming, different), key).recurrence, recurrence);
  });
}
