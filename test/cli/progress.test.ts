import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawProgress, progressLine, tellProgress } from '../../src/cli/progress.js';
import type { Progress } from '../../src/gather/timeline.js';

const PHASES = ['before', 'warm-up', 'hold', 'cycles', 'settle', 'confirm', 'after'] as const;

const LINES: ReadonlyArray<readonly [different: Partial<Progress>, line: string]> = [
  [{ phase: 'before' }, 'looking at the server  7 fds  2.0 s'],
  [{ phase: 'warm-up' }, 'warming up  7 fds  2.0 s'],
  [{ phase: 'cycles', cyclesDone: 0 }, '░░░░░░░░░░░░░░░░░░░░░░░░ 0/1000  0/s  7 fds  2.0 s'],
  [{ phase: 'cycles', cyclesDone: 500 }, '████████████░░░░░░░░░░░░ 500/1000  250/s  7 fds  2.0 s'],
  [{ phase: 'cycles', cyclesDone: 1_000 }, '████████████████████████ 1000/1000  500/s  7 fds  2.0 s'],
  [{ phase: 'settle' }, 'waiting for the server to settle  7 fds  2.0 s'],
  [{ phase: 'confirm', suspects: ['thread', 'memory'] }, 'confirming: thread, memory  7 fds  2.0 s'],
  [{ phase: 'after' }, 'judging  7 fds  2.0 s'],
  [{ phase: 'cycles', cyclesDone: 500, watching: true }, '2.0 s, watching, 500 connections, 7 fds'],
  [
    { phase: 'settle', cyclesDone: 5, watching: true },
    '2.0 s, waiting for the server to settle, 5 connections, 7 fds',
  ],
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
    durationMs: fc.option(fc.integer({ min: 100, max: 1e9 }), { nil: undefined }),
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
  ['a pipe, of a short run', false, true],
  ['a pipe, with --no-progress', false, false],
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

test('on a pipe a long run writes a plain line every ten seconds, and every minute after the first', () => {
  const { written, output } = terminal(false);
  const line = progressLine(output, true);
  for (let elapsedMs = 0; elapsedMs <= 200_000; elapsedMs += 50) {
    line.update(progress({ elapsedMs, cyclesDone: elapsedMs, cycles: 1_000_000 }));
  }
  line.clear();
  assert.deepEqual(written, [
    'churn: 10.0 s, 10\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds\n',
    'churn: 20.0 s, 20\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds\n',
    'churn: 30.0 s, 30\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds\n',
    'churn: 40.0 s, 40\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds\n',
    'churn: 50.0 s, 50\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds\n',
    'churn: 1 min 0 s, 60\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds\n',
    'churn: 2 min 0 s, 120\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds\n',
    'churn: 3 min 0 s, 180\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds\n',
  ]);
});

test('a run that ends by the clock tells no number of cycles that it would come to', () => {
  const timed = progress({ durationMs: 4_000, elapsedMs: 2_000 });
  assert.equal(drawProgress(timed, 100), '████████████░░░░░░░░░░░░ 500  250/s  7 fds  2.0 s');
  assert.equal(tellProgress(timed), '2.0 s, 500 cycles, 250/s, 7 fds');
});

function progress(different: Partial<Progress> = {}): Progress {
  return {
    phase: 'cycles',
    cyclesDone: 500,
    cycles: 1_000,
    durationMs: undefined,
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
