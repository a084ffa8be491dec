import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ordinal } from '../../../src/report/counts.js';
import { describePattern } from '../../../src/report/kinds/fd.js';
import type { Pattern } from '../../../src/verdict/pattern.js';

const PATTERNS: ReadonlyArray<readonly [pattern: Pattern, words: string]> = [
  [{ kind: 'every' }, 'one on every cycle'],
  [{ kind: 'every-nth', step: 100, first: 100 }, 'one on every 100th cycle'],
  [{ kind: 'every-nth', step: 2, first: 1 }, 'one on every 2nd cycle'],
  [{ kind: 'from', first: 512 }, 'one on every cycle from 512 on'],
  [{ kind: 'only', cycles: [512] }, 'only on cycle 512'],
  [{ kind: 'only', cycles: [7, 512] }, 'only on cycles 7, 512'],
  [
    { kind: 'with', clients: [{ client: 'rst', count: 333, of: 333 }] },
    'all of them from cycles with rst, one on each',
  ],
  [
    { kind: 'with', clients: [{ client: 'rst', count: 3, of: 333 }] },
    'all of them from cycles with rst, on 3 of 333',
  ],
  [
    {
      kind: 'with',
      clients: [
        { client: 'rst', count: 330, of: 333 },
        { client: 'half', count: 1, of: 300 },
      ],
    },
    'all of them from cycles with rst or half, on 330 of 333 and 1 of 300',
  ],
  [{ kind: 'some', first: 3, last: 800 }, 'on some cycles, the first 3, the last 800'],
];

for (const [pattern, words] of PATTERNS) {
  test(words, () => {
    assert.equal(describePattern(pattern, 'cycle'), words);
  });
}

test('of connections that others make nobody counts cycles', () => {
  for (const [pattern, words] of PATTERNS) {
    // No client of the samples is named after a cycle.
    assert.equal(describePattern(pattern, 'connection'), words.replaceAll('cycle', 'connection'));
  }
});

test('ordinals are those of English', () => {
  const said =
    '1st 2nd 3rd 4th 10th 11th 12th 13th 20th 21st 22nd 23rd 100th 101st 111th 112th 113th 121st 1000th';
  assert.equal(
    said
      .split(' ')
      .map(word => ordinal(Number.parseInt(word, 10)))
      .join(' '),
    said,
  );
});
