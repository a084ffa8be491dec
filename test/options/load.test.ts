import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChurnError } from '../../src/errors.js';
import { type Load, parseLoad } from '../../src/options/load.js';
import type { RawOptions } from '../../src/options/run.js';

const UNDERSTOOD: ReadonlyArray<readonly [raw: RawOptions, load: Partial<Load>]> = [
  [{ rate: '100/s' }, { ratePerSecond: 100, concurrency: 256, latency: true }],
  [{ rate: '90/m' }, { ratePerSecond: 1.5 }],
  [
    { rate: '0.5/s', concurrency: 4 },
    { ratePerSecond: 0.5, concurrency: 4 },
  ],
  [{ duration: '2h' }, { durationMs: 7_200_000, cycles: 100_000_000, latency: true }],
  [
    { ramp: '5s', concurrency: '16' },
    { rampMs: 5_000, concurrency: 16 },
  ],
  [{ ramp: '5s', rate: '10/s', duration: '5s' }, { rampMs: 5_000 }],
  [{ latency: true }, { latency: true }],
  [
    { hold: '10000', holdEnd: 'rst' },
    { hold: 10_000, holdEnd: 'rst', latency: false },
  ],
];

for (const [raw, load] of UNDERSTOOD) {
  test(`${JSON.stringify(raw)} is understood`, () => {
    const parsed = parseLoad(raw);
    assert.deepEqual({ ...parsed, ...load }, parsed);
  });
}

const REFUSED: ReadonlyArray<readonly [raw: RawOptions, sentence: RegExp, hint: RegExp]> = [
  [{ rate: '100' }, /--rate expects cycles per second.*"100"/, /--rate 100\/s/],
  [{ rate: '0/s' }, /--rate expects/, /90\/m/],
  [{ rate: '1e9/s' }, /--rate expects/, /./],
  [{ duration: '5s', cycles: '10' }, /--duration and --cycles both/, /one of them/],
  [{ duration: '5' }, /--duration expects a time/, /has a unit/],
  [{ rate: '1/s', pause: '1s' }, /--rate and --pause both/, /one of them/],
  [{ ramp: '5s' }, /--ramp has nothing that could grow/, /--concurrency 16/],
  [{ ramp: '5s', rate: '9/s', duration: '1s' }, /--ramp takes longer than --duration/, /shorter/],
  [{ hold: '0' }, /--hold expects a whole number from 1/, /--hold 100/],
  [{ holdEnd: 'rst' }, /--hold-end has no meaning without --hold/, /--hold 100/],
  [{ hold: 1, holdEnd: 'bye' }, /--hold-end expects fin or rst, got "bye"/, /resets/],
];

for (const [raw, sentence, hint] of REFUSED) {
  test(`${JSON.stringify(raw)} is refused`, () => {
    assert.throws(
      () => parseLoad(raw),
      (error: unknown) =>
        error instanceof ChurnError &&
        error.code === 'usage' &&
        sentence.test(error.message) &&
        hint.test(error.hint),
    );
  });
}
