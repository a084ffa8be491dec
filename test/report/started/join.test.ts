import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinTurns } from '../../../src/report/started/join.js';
import { LIFE_REPORTS } from '../../support/life-reports.js';
import { buildReport } from '../../support/report.js';

/** What is said of several starts, of which the last that was made is told. */
const TURNS: ReadonlyArray<
  readonly [what: string, passes: boolean, turn: number, wanted: number, words: string]
> = [
  [
    'all passed',
    true,
    3,
    3,
    'The server was started, tried and stopped 3 times, and passed each time; the last one is told.',
  ],
  ['the first fails', false, 1, 2, 'This is start 1 of 2, and no further one was made.'],
  [
    'the second fails',
    false,
    2,
    3,
    'This is start 2 of 3; the one before it passed, and no further one was made.',
  ],
  [
    'the third fails',
    false,
    3,
    4,
    'This is start 3 of 4; those before it passed, and no further one was made.',
  ],
  ['the last fails', false, 2, 2, 'This is start 2 of 2; the one before it passed.'],
];

for (const [what, passes, turn, wanted, words] of TURNS) {
  test(`of ${wanted} starts ${what}`, () => {
    const report = passes ? buildReport() : LIFE_REPORTS.startedLeaks;
    assert.equal(joinTurns(report, turn, wanted).notes.at(-1), words);
  });
}
