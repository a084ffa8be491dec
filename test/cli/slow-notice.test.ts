import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowNotice } from '../../src/cli/slow-notice.js';
import type { Progress } from '../../src/gather/timeline.js';
import { parseOptions, type RawOptions } from '../../src/options/run.js';
import { progress } from '../support/progress.js';

/** What is said of a server that serves `perSecond` connections, moment by moment. */
function said(
  perSecond: number,
  raw: RawOptions = {},
  phase: Progress['phase'] = 'cycles',
): (string | undefined)[] {
  const options = parseOptions({ port: 9, ...raw });
  const { concurrency } = options;
  const notice = slowNotice(options);
  return [100, 1_000, 2_500, 5_000].map(elapsedMs =>
    notice(
      progress({
        phase,
        elapsedMs,
        opened: Math.floor((perSecond * (elapsedMs - 100)) / 1_000) + concurrency,
      }),
    ),
  );
}

test('a slow server is said once, after two seconds, with what to do about it', () => {
  assert.deepEqual(said(4), [
    undefined,
    undefined,
    'the server takes 267 ms per connection, so 1000 cycles take about 4 min 27 s. -n 100 is enough for what leaks on every cycle. If it serves several at a time, --concurrency 16 shortens that.',
    undefined,
  ]);
});

test('where all would take too long it is said when the run ends, and what makes all of them', () => {
  const [, , , words] = said(0.4);
  assert.equal(
    words,
    'the server takes 4900 ms per connection, so 1000 cycles take about 81 min 40 s. The run ends after about 1 min 0 s with what was made by then; all are made with --budget 90m. -n 12 is enough for what leaks on every cycle. If it serves several at a time, --concurrency 16 shortens that.',
  );
});

test('while it is warming up, too', () => assert.match(said(4, {}, 'warm-up')[2] ?? '', /per connection/));

const UNSAID: ReadonlyArray<readonly [what: string, perSecond: number, raw: RawOptions]> = [
  ['a server that is fast enough', 200, {}],
  ['a rate', 4, { rate: '4/s' }],
  ['a duration', 4, { duration: '1h' }],
  ['a pause', 4, { pause: '250ms' }],
  ['clients that wait', 4, { client: 'idle', wait: '250ms' }],
  ['few cycles', 4, { cycles: 20 }],
  ['a thorough run, whose time is bounded', 4, { thorough: true }],
];

for (const [what, perSecond, raw] of UNSAID) {
  test(`${what} is not`, () => assert.ok(said(perSecond, raw).every(words => words === undefined)));
}

test('with several at a time the time of one is told, and nobody is told to take several', () => {
  const [, , words = ''] = said(20, { concurrency: 10, cycles: 2_000 });
  assert.match(words, /takes 5\d\d ms per connection/);
  assert.doesNotMatch(words, /--concurrency/);
});
