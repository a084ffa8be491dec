import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chalk } from 'chalk';
import fc from 'fast-check';
import { drawLive } from '../../../src/cli/live/draw.js';
import { History } from '../../../src/cli/live/history.js';
import type { Progress } from '../../../src/gather/timeline.js';
import { progress } from '../../support/progress.js';

/** A server that forgets every connection, watched ten times a second. */
const leaking = Array.from({ length: 21 }, (_, tenth) =>
  progress({ elapsedMs: 1_000 + 100 * tenth, cyclesDone: 25 * tenth, fds: 7 + 25 * tenth }),
);

const FRAMES: ReadonlyArray<readonly [columns: number, rows: number, lines: readonly string[]]> = [
  [
    80,
    24,
    [
      'opening and closing connections  3.0 s',
      '████████████████░░░░░░░░░░░░░░░░  500/1000  250/s  2 s left',
      'fds     ▁▁▂▂▂▃▃▃▄▄▅▅▅▆▆▆▇▇▇███            7 → 507',
      'memory  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁            2.1 MiB',
    ],
  ],
  [
    40,
    24,
    [
      'opening and closing connections  3.0 s',
      '██████░░░░░░  500/1000  250/s  2 s left',
      'fds     ▁▁▂▂▂▃▃▃▄▄▅▅▅▆▆▆▇▇▇███  7 → 507',
      'memory  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  2.1 MiB',
    ],
  ],
  [40, 3, ['██████░░░░░░  500/1000  250/s  2 s left', 'fds     ▁▁▂▂▂▃▃▃▄▄▅▅▅▆▆▆▇▇▇███  7 → 507']],
  [20, 2, ['█████░░░░  500/1000']],
];

for (const [columns, rows, lines] of FRAMES) {
  test(`the live view of ${columns} columns and ${rows} rows`, () => {
    assert.deepEqual(drawn(leaking, columns, rows), lines);
  });
}

const HEADS: ReadonlyArray<readonly [different: Partial<Progress>, lines: readonly string[]]> = [
  [{ phase: 'before' }, ['looking at the server  2.0 s', '500/1000']],
  [{ phase: 'settle' }, ['waiting for the server to settle  2.0 s', '500/1000']],
  [
    { phase: 'confirm', suspects: ['thread', 'memory'], cyclesDone: 1_000, confirmCycles: 300 },
    ['confirming: thread, memory  2.0 s', '1000/1000 +300'],
  ],
  [{ phase: 'warm-up', client: 'rst' }, ['rst: warming up  2.0 s', '500/1000']],
  [{ durationMs: 62_000 }, ['opening and closing connections  2.0 s', '500 cycles  1 min 0 s left']],
  [{ durationMs: 7_200_000 }, ['opening and closing connections  2.0 s', '500 cycles  1 h 59 min left']],
];

for (const [different, lines] of HEADS) {
  test(`the live view says: ${lines.join(' | ')}`, () => {
    const [head, bar = ''] = drawn([progress(different)], 80);
    assert.deepEqual([head, bar.replace(/^[█░]+ {2}/, '')], lines);
  });
}

test('of each client of a thorough run the curves begin anew', () => {
  const [, , fds] = drawn([...leaking, progress({ client: 'rst', cyclesDone: 0, fds: 600 })], 80);
  assert.match(fds ?? '', /^fds {5}▁▁ +600$/);
});

test('noise of memory does not fill the height of its curve', () => {
  const noisy = leaking.map((moment, index) => ({ ...moment, anonBytes: 2_202_010 + 4_096 * (index % 3) }));
  assert.match(drawn(noisy, 80)[3] ?? '', /^memory {2}▁+ +2\.1 MiB$/);
});

test('a line never reaches the last column, nor the lines the last row', () => {
  const any: fc.Arbitrary<Progress> = fc.record({
    phase: fc.constantFrom('before', 'warm-up', 'hold', 'cycles', 'settle', 'confirm', 'after'),
    cyclesDone: fc.nat(200_000_000),
    confirmCycles: fc.nat(20_000),
    cycles: fc.nat(100_000_000),
    durationMs: fc.option(fc.integer({ min: 100, max: 1e9 }), { nil: undefined }),
    elapsedMs: fc.nat(1e9),
    fds: fc.nat(1e9),
    anonBytes: fc.option(fc.nat(1e12), { nil: undefined }),
    suspects: fc.array(fc.constantFrom('thread', 'memory', 'dead-socket')),
    client: fc.constantFrom('partial-rst', 'fin'),
  });
  const size = { columns: fc.integer({ min: 11, max: 300 }), rows: fc.integer({ min: 2, max: 9 }) };
  fc.assert(
    fc.property(
      fc.array(any, { minLength: 1, maxLength: 300 }),
      fc.record(size),
      (given, { columns, rows }) => {
        const lines = drawn(given, columns, rows);
        assert.ok(lines.length < rows || lines.length === 1);
        for (const line of lines) {
          assert.ok(line.length < columns, `${line.length} of ${columns}: ${line}`);
          assert.doesNotMatch(line, /NaN|Infinity|undefined|\n/);
        }
      },
    ),
    { numRuns: 200 },
  );
});

function drawn(moments: readonly Progress[], columns: number, rows = 24): string[] {
  const history = new History();
  for (const moment of moments) history.add(moment);
  return drawLive(moments.at(-1) ?? progress(), history, { columns, rows }, new Chalk({ level: 0 }));
}
