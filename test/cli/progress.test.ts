import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawProgress, progressLine } from '../../src/cli/progress.js';
import type { Progress } from '../../src/gather/timeline.js';

const PHASES = ['before', 'warm-up', 'cycles', 'settle', 'confirm', 'after'] as const;

const LINES: ReadonlyArray<readonly [different: Partial<Progress>, line: string]> = [
  [{ phase: 'before' }, 'looking at the server  7 fds  2.0 s'],
  [{ phase: 'warm-up' }, 'warming up  7 fds  2.0 s'],
  [{ phase: 'cycles', cyclesDone: 0 }, '░░░░░░░░░░░░░░░░░░░░░░░░ 0/1000  0/s  7 fds  2.0 s'],
  [{ phase: 'cycles', cyclesDone: 500 }, '████████████░░░░░░░░░░░░ 500/1000  250/s  7 fds  2.0 s'],
  [{ phase: 'cycles', cyclesDone: 1_000 }, '████████████████████████ 1000/1000  500/s  7 fds  2.0 s'],
  [{ phase: 'settle' }, 'waiting for the server to settle  7 fds  2.0 s'],
  [{ phase: 'confirm', suspects: ['thread', 'memory'] }, 'confirming: thread, memory  7 fds  2.0 s'],
  [{ phase: 'after' }, 'judging  7 fds  2.0 s'],
  [{ phase: 'warm-up', client: 'rst' }, 'rst: warming up  7 fds  2.0 s'],
];

for (const [different, line] of LINES) {
  test(`${different.phase} at ${different.cyclesDone ?? 'any'} cycles is drawn as ${line}`, () => {
    assert.equal(drawProgress(progress(different), 100), line);
  });
}

test('a line never reaches the last column, where a terminal would break it', () => {
  const any = fc.record({
    phase: fc.constantFrom(...PHASES),
    cyclesDone: fc.nat(200_000_000),
    cycles: fc.nat(100_000_000),
    elapsedMs: fc.nat(1e9),
    fds: fc.nat(1e9),
    suspects: fc.array(fc.constantFrom('thread', 'memory', 'dead-socket')),
  });
  fc.assert(
    fc.property(any, fc.integer({ min: 11, max: 300 }), (given, columns) => {
      const line = drawProgress(given, columns);
      assert.ok(line.length < columns, `${line.length} of ${columns}: ${line}`);
      assert.doesNotMatch(line, /NaN|Infinity|undefined|\n/);
    }),
    { numRuns: 200 },
  );
});

test('on a terminal each update takes the place of the one before, and the last is taken away', () => {
  const { written, output } = terminal(true);
  const line = progressLine(output, true);
  line.update(progress({ phase: 'settle' }));
  line.update(progress({ phase: 'after' }));
  line.clear();
  assert.deepEqual(written, [
    '\r\u001b[2Kwaiting for the server to settle  7 fds  2.0 s',
    '\r\u001b[2Kjudging  7 fds  2.0 s',
    '\r\u001b[2K',
  ]);
});

test('what was never shown is not taken away, and nothing is taken away twice', () => {
  const { written, output } = terminal(true);
  const line = progressLine(output, true);
  line.clear();
  line.update(progress({ elapsedMs: 149 }));
  line.clear();
  assert.deepEqual(written, []);
  line.update(progress({ elapsedMs: 150 }));
  line.clear();
  line.clear();
  assert.equal(written.length, 2);
});

for (const [what, isTTY, wanted] of [
  ['a pipe', false, true],
  ['a terminal, with --no-progress', true, false],
] as const) {
  test(`nothing is shown on ${what}`, () => {
    const { written, output } = terminal(isTTY);
    const line = progressLine(output, wanted);
    line.update(progress());
    line.clear();
    assert.deepEqual(written, []);
  });
}

function progress(different: Partial<Progress> = {}): Progress {
  return {
    phase: 'cycles',
    cyclesDone: 500,
    cycles: 1_000,
    elapsedMs: 2_000,
    fds: 7,
    suspects: [],
    ...different,
  };
}

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { written, output: { write: (text: string) => void written.push(text), isTTY, columns: 80 } };
}
