import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainLines, tellProgress } from '../../src/cli/plain-lines.js';
import type { Progress } from '../../src/gather/timeline.js';
import { paper, progress } from '../support/progress.js';

test('on a pipe a long run writes a plain line every ten seconds, and every minute after the first', () => {
  const { written, stderr } = paper(false);
  const update = plainLines(stderr);
  for (let elapsedMs = 0; elapsedMs <= 200_000; elapsedMs += 50) {
    update(progress({ elapsedMs, cyclesDone: elapsedMs, cycles: 1_000_000 }));
  }
  assert.deepEqual(
    written,
    ['10.0 s, 10', '20.0 s, 20', '30.0 s, 30', '40.0 s, 40', '50.0 s, 50']
      .concat(['1 min 0 s, 60', '2 min 0 s, 120', '3 min 0 s, 180'])
      .map(start => `churn: ${start}\u00a0000 of 1\u00a0000\u00a0000 cycles, 1000/s, 7 fds, 2.1 MiB\n`),
  );
});

const LINES: ReadonlyArray<readonly [different: Partial<Progress>, line: string]> = [
  [{ durationMs: 4_000 }, '2.0 s, 500 cycles, 250/s, 7 fds, 2.1 MiB'],
  [{ watching: true }, '2.0 s, watching, 500 connections, 7 fds'],
  [
    { phase: 'settle', cyclesDone: 5, watching: true },
    '2.0 s, waiting for the server to settle, 5 connections, 7 fds',
  ],
  [{ anonBytes: undefined }, '2.0 s, 500 of 1000 cycles, 250/s, 7 fds'],
  [
    { client: 'rst', phase: 'settle' },
    '2.0 s, rst, waiting for the server to settle, 500 of 1000 cycles, 7 fds, 2.1 MiB',
  ],
  [
    { phase: 'confirm', suspects: ['thread', 'memory'] },
    '2.0 s, confirming: thread, memory, 500 of 1000 cycles, 7 fds, 2.1 MiB',
  ],
];

for (const [different, line] of LINES) {
  test(`a plain line: ${line}`, () => {
    assert.equal(tellProgress(progress(different)), line);
  });
}
