import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawReasoning } from '../../../src/report/reasoning.js';
import { parseSavedReport } from '../../../src/report/saved.js';
import { buildEvidence, grown, leaking, rounds, upTo } from '../../support/evidence.js';
import { buildReport, buildRow, buildThorough } from '../../support/report.js';
import { REPORTS } from '../../support/reports.js';

const CASES = [
  [
    'a clean run',
    buildEvidence(),
    /none of them is still there[\s\S]*Nothing that has no name grew[\s\S]*No further cycles/,
  ],
  [
    'a leak',
    leaking(upTo(1_010), { heldAtRest: 1_010 }),
    /every thread of the server slept[\s\S]*1010 were held when/,
  ],
  [
    'threads that recur',
    grown('thread', 10, [13, 16, 19], { confirming: [{ cycles: 300, suspects: ['thread'] }] }),
    /threads: \+10 in the cycles, \+3 \+3 \+3 in the confirming rounds: it comes again[\s\S]*Round 1: 300 cycles, because of thread/,
  ],
  [
    'rounds that were made for the same reason',
    buildEvidence({
      confirming: [
        { cycles: 300, suspects: ['thread'] },
        { cycles: 300, suspects: ['thread'] },
        { cycles: 500, suspects: ['memory'] },
        { cycles: 1_600, suspects: ['memory'] },
        { cycles: 1, suspects: ['memory'], manner: 'follow' },
      ],
    }),
    /Rounds 1 to 2: 300 cycles each, because of thread;.*\n.*Rounds 3 to 4: 500 to 1600 cycles each, because of memory; to see.*\n.*Round 5: 1 cycle, because of memory; each was followed/,
  ],
  [
    'a JVM that was collected',
    buildEvidence({
      runtime: 'jvm',
      rounds: rounds().map((round, index) => ({
        ...round,
        heap: { collections: Math.floor(index / 8), keptBytes: 2_000_000 },
      })),
    }),
    /What garbage collections left, connections 343 to 718: lately 0 B per connection, between 0 and 0 B\./,
  ],
  [
    'memory that was used anew',
    buildEvidence({ rounds: rounds().map((round, index) => ({ ...round, touchedBytes: 4_096 * index })) }),
    /Used for the first time since the warm-up, in room that the server had or in new: 9\d\.\d B per connection/,
  ],
  ['a budget that was spent', grown('file', 10, [], { budgetSpent: true }), /the time for that was up/],
] as const;

for (const [what, evidence, expected] of CASES) {
  test(`why, of ${what}`, () => {
    const report = buildReport(evidence);
    const drawn = drawReasoning(report, 1_000);
    assert.match(drawn, expected);
    assert.match(drawn, /Theil-Sen: .* B per connection, between .* Mann-Kendall: Z/);
    assert.equal(drawReasoning(parseSavedReport(JSON.stringify(report), 'saved.json'), 1_000), drawn);
    for (const line of drawReasoning(report, 60).split('\n')) assert.ok(line.length <= 60, line);
  });
}

test('why, of each row of a thorough run', () => {
  const drawn = drawReasoning(buildThorough([buildRow('fin'), buildRow('rst', leaking(upTo(10)))]), 100);
  assert.match(drawn, /^Why, of fin\n[\s\S]*^Why, of rst\n/m);
});

test('of what was not run, nothing is reasoned', () => {
  assert.equal(drawReasoning(REPORTS.error, 100), '');
});

const OTHERS: ReadonlyArray<readonly [what: string, sort: keyof typeof REPORTS, expected: RegExp]> = [
  [
    'a watch',
    'watch',
    /^\nWhy\n {2}compared +fds 5 → 5, threads 1 → 1, .*\n {2}checks +crash +pass {2}1 → 1\n/,
  ],
  [
    'a watch that found a leak',
    'watchLeak',
    /compared +fds 5 → 45, .*\n.*checks [\s\S]*\n +fd +fail {2}5 → 45\n/,
  ],
  ['a watch, of what it cannot see', 'watch', /\n +refused +not-measured\n +reply +not-measured\n/],
  [
    'a client of serve',
    'serveForgets',
    /^\nWhy\n {2}checks +fd +fail {2}4 → 64\n +close-wait +fail {2}0 → 40\n/,
  ],
  [
    'clients of serve, the worst of each',
    'serveMany',
    /\n +unclosed +not-measured[\s\S]*\n +reuse +fail {2}400 → 400\n/,
  ],
  ['a gauge that is kept', 'gaugesKept', /Theil-Sen: [\s\S]*\n +gauge +fail {2}0 → 19\n/],
  ['gauges that came back', 'gauges', /No further cycles[\s\S]*\n +gauge +pass {2}21 → 21\n/],
  ['a gauge that could not be read', 'farHostile', /\n +gauge +fail {2}0 → 19\n/],
  [
    'a server elsewhere',
    'far',
    /^\nWhy\n {2}checks +crash +not-measured\n[\s\S]*\n +gauge +pass {2}21 → 21\n$/,
  ],
  ['a server that was started', 'startedFails', /\n +spin +warn\n[\s\S]*\n +reload +fail {2}0 → 3\n/],
];

for (const [what, sort, expected] of OTHERS) {
  test(`why, of ${what}`, () => {
    const report = REPORTS[sort];
    const drawn = drawReasoning(report, 1_000);
    assert.match(drawn, expected);
    assert.equal(drawReasoning(parseSavedReport(JSON.stringify(report), 'saved.json'), 1_000), drawn);
    for (const line of drawReasoning(report, 60).split('\n')) assert.ok(line.length <= 60, line);
  });
}

test('why, of others than a plain run, tells nothing of cycles that churn did not make', () => {
  for (const sort of ['watch', 'watchLeak', 'watchAnybody', 'watchHostile', 'serve', 'serveMany'] as const)
    assert.doesNotMatch(drawReasoning(REPORTS[sort], 100), /\bcycles?\b|warm-up/);
});
