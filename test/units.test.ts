import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatBytes,
  formatCount,
  formatDuration,
  parseCount,
  parseDurationMs,
  plural,
} from '../src/units.js';

const TIMES: ReadonlyArray<readonly [text: string, ms: number | undefined]> = [
  ['500ms', 500],
  ['5s', 5_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['0s', 0],
  ['0.25s', 250],
  [' 5s ', 5_000],
  ['5', undefined],
  ['', undefined],
  ['s', undefined],
  ['-5s', undefined],
  ['+5s', undefined],
  ['5 s', undefined],
  ['5S', undefined],
  ['5sec', undefined],
  ['.5s', undefined],
  ['5.s', undefined],
  ['1e3s', undefined],
  ['5s5s', undefined],
];

for (const [text, ms] of TIMES) {
  test(`${JSON.stringify(text)} is ${ms === undefined ? 'no time' : `${ms} ms`}`, () => {
    assert.equal(parseDurationMs(text), ms);
  });
}

const COUNTS: ReadonlyArray<readonly [text: string, count: number | undefined]> = [
  ['0', 0],
  ['7', 7],
  ['007', 7],
  ['-3', -3],
  ['1000', 1_000],
  ['1e3', undefined],
  ['1.5', undefined],
  ['1.0', undefined],
  ['0x10', undefined],
  ['1_000', undefined],
  ['1 000', undefined],
  ['', undefined],
  [' 7', undefined],
  ['7\n', undefined],
  ['+7', undefined],
  ['NaN', undefined],
  ['٣', undefined],
];

for (const [text, count] of COUNTS) {
  test(`${JSON.stringify(text)} is ${count === undefined ? 'no whole number' : `the number ${count}`}`, () => {
    assert.equal(parseCount(text), count);
  });
}

const BYTES: ReadonlyArray<readonly [bytes: number, text: string]> = [
  [0, '0 B'],
  [64, '64 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
  [1_536, '1.5 KiB'],
  [102_400, '100 KiB'],
  [2_202_010, '2.1 MiB'],
  [1_073_741_824, '1.0 GiB'],
  [-2_048, '-2.0 KiB'],
  [1_099_511_627_776 * 5_000, '5000 TiB'],
];

for (const [bytes, text] of BYTES) {
  test(`${bytes} bytes are ${text}`, () => {
    assert.equal(formatBytes(bytes), text);
  });
}

test('bytes keep their order of size when they are written', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), bytes => {
      const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
      const [number = '', unit = ''] = formatBytes(bytes).split(' ');
      const written = Number(number) * 1_024 ** units.indexOf(unit);
      assert.ok(Math.abs(written - bytes) <= Math.abs(bytes) * 0.05, `${bytes} became ${written}`);
    }),
    { numRuns: 200 },
  );
});

const DURATIONS: ReadonlyArray<readonly [ms: number, text: string]> = [
  [0, '0.00 s'],
  [90, '0.09 s'],
  [999, '1.00 s'],
  [1_000, '1.0 s'],
  [4_213, '4.2 s'],
  [59_900, '59.9 s'],
  [60_000, '1 min 0 s'],
  [200_000, '3 min 20 s'],
  [3_600_000, '60 min 0 s'],
];

for (const [ms, text] of DURATIONS) {
  test(`${ms} ms are ${text}`, () => {
    assert.equal(formatDuration(ms), text);
  });
}

test('there is no sixtieth second', () => {
  for (const ms of [59_970, 119_600]) assert.doesNotMatch(formatDuration(ms), /\b60(\.0)? s/, `${ms} ms`);
});

test('there is no 1024th KiB', () => {
  assert.equal(formatBytes(1_048_400), '1.0 MiB');
});

const WRITTEN_COUNTS: ReadonlyArray<readonly [count: number, text: string]> = [
  [0, '0'],
  [1_000, '1000'],
  [9_999, '9999'],
  [11_200.4, '11_200'],
  [100_000, '100_000'],
  [1_234_567, '1_234_567'],
];

for (const [count, text] of WRITTEN_COUNTS) {
  test(`${count} is written ${text}`, () => {
    // No line may be broken within a number.
    assert.equal(formatCount(count).replaceAll('\u00a0', '_'), text);
  });
}

test('a number says how many, and the word agrees with it', () => {
  assert.deepEqual(
    [0, 1, 2, 1_000].map(count => plural(count, 'child', 'children')),
    ['0 children', '1 child', '2 children', '1000 children'],
  );
  assert.equal(plural(3, 'fd'), '3 fds');
});
