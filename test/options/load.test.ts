import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChurnError } from '../../src/errors.js';
import { type Load, parseLoad, withWorkers } from '../../src/options/load.js';
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
  [{ workers: '4' }, { workers: 4, concurrency: 4, sources: [] }],
  [
    { workers: 2, concurrency: 16 },
    { workers: 2, concurrency: 16 },
  ],
  [{ source: '127.0.0.2' }, { workers: 1, sources: ['127.0.0.2'] }],
  [
    { workers: 4, source: '127.0.0.254-127.0.1.0, 127.9.9.9' },
    { sources: ['127.0.0.254', '127.0.0.255', '127.0.1.0', '127.9.9.9'] },
  ],
  [
    { hold: 9, source: '127.0.0.2-127.0.0.4' },
    { workers: 1, sources: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] },
  ],
];

for (const [raw, load] of UNDERSTOOD) {
  test(`${JSON.stringify(raw)} is understood`, () => {
    const parsed = parseLoad(raw);
    assert.deepEqual({ ...parsed, ...load }, parsed);
  });
}

test('auto leaves one CPU to the server, and is one where there is no other', () => {
  const workersOn = (cpus: number) => withWorkers({ workers: 'auto' }, cpus).workers;
  assert.deepEqual([workersOn(8), workersOn(2), workersOn(1)], [7, 1, 1]);
  assert.deepEqual(withWorkers({ workers: '3' }, 8), { workers: '3' });
});

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
  [{ workers: '0' }, /--workers expects a whole number from 1 to 64, got "0"/, /--workers 4/],
  [{ workers: 65 }, /--workers expects a whole number from 1 to 64/, /./],
  [
    { workers: 4, concurrency: 3 },
    /--concurrency 3 leaves some of 4 workers without a client/,
    /--concurrency 4/,
  ],
  [{ workers: 4, thorough: true }, /--workers does not go with --thorough/, /one --client at a time/],
  [{ source: '127.0.0.2,127.0.0.3' }, /names 2 addresses, and one worker uses one of them/, /--workers 2/],
  [
    { workers: 2, source: '127.0.0.2-127.0.0.4' },
    /names 3 addresses, and 2 workers use 2 of them/,
    /--workers 3/,
  ],
  [
    { source: '10.0.0.1' },
    /--source expects addresses of 127\.0\.0\.0\/8, got "10\.0\.0\.1"/,
    /127\.0\.0\.2-/,
  ],
  [{ source: '127.0.0.256' }, /--source expects addresses/, /./],
  [{ source: '127.0.0.0' }, /--source expects addresses/, /./],
  [{ source: '127.255.255.255' }, /--source expects addresses/, /./],
  [{ source: '127.0.0.9-127.0.0.2' }, /--source expects addresses.*"127\.0\.0\.9-127\.0\.0\.2"/, /./],
  [{ source: '' }, /--source expects addresses/, /./],
  [{ source: '127.0.0.2,127.0.0.1-127.0.0.3', workers: 8 }, /--source names 127\.0\.0\.2 twice/, /./],
  [{ source: '127.0.0.1-127.255.0.0', workers: 64 }, /--source names 65 addresses, and at most 64/, /./],
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
