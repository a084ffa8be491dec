import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pace } from '../../src/verdict/evidence.js';
import { ownBottleneck } from '../../src/verdict/judge.js';
import { buildEvidence, type Different } from '../support/evidence.js';

/** Portions of a second, by cycles and milliseconds of our CPU. */
const seconds = (...parts: ReadonlyArray<readonly [cycles: number, ownCpuMs: number]>): Pace[] =>
  parts.map(([cycles, ownCpuMs]) => ({ cycles, durationMs: 1_000, ownCpuMs }));

const CASES: ReadonlyArray<readonly [what: string, evidence: Different, notes: readonly object[]]> = [
  [
    'a run that is too short to tell says nothing',
    { pace: [{ cycles: 900, durationMs: 90, ownCpuMs: 90 }] },
    [],
  ],
  ['a CPU with time to spare says nothing', { pace: seconds([5_000, 500], [5_000, 500]) }, []],
  [
    'a CPU that is busy all the time is named',
    { pace: seconds([9_000, 980], [9_000, 980]) },
    [{ note: 'own-cpu', percent: 98 }],
  ],
  ['a rate that is kept is no trouble', { ratePerSecond: 9_000, pace: seconds([9_000, 980]) }, []],
  [
    'a rate that our CPU could not keep is its fault',
    { ratePerSecond: 20_000, concurrency: 256, pace: seconds([9_000, 980]) },
    [
      { note: 'rate-missed', wanted: 20_000, made: 9_000, most: 256 },
      { note: 'own-cpu', percent: 98 },
    ],
  ],
  [
    'a rate that was missed with CPU to spare is not',
    { ratePerSecond: 20_000, concurrency: 2, pace: seconds([9_000, 300]) },
    [{ note: 'rate-missed', wanted: 20_000, made: 9_000, most: 2 }],
  ],
  [
    'over a ramp half of the rate is all that is due',
    { ratePerSecond: 100, rampMs: 1_000, pace: seconds([50, 9]) },
    [],
  ],
  [
    'a connect(2) that searches for a port costs our CPU ever more',
    { pace: seconds([7_000, 700], [7_000, 700], [300, 990]) },
    [{ note: 'own-slowdown', fromUs: 100, toUs: 3_300 }],
  ],
  ['a server that becomes slow does not', { pace: seconds([7_600, 700], [7_600, 700], [300, 40]) }, []],
];

for (const [what, evidence, notes] of CASES) {
  test(what, () => {
    const { own } = buildEvidence(evidence);
    assert.ok(own);
    assert.deepEqual(ownBottleneck(own), notes);
  });
}
