import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../src/verdict/judge.js';
import type { Kind } from '../../src/verdict/kinds.js';
import { type Moment, memoryOfTime, roundsOfTime } from '../../src/verdict/moments.js';
import { growthOf } from '../../src/verdict/recurrence.js';
import type { WatchFacts } from '../../src/verdict/watched-load.js';
import { buildEvidence, census, type Different, tally, upTo } from '../support/evidence.js';
import { DEFAULT_POLICY } from '../support/report.js';

/** 32 moments of a load of 100 connections each: how many files, and how many connections in use. */
function moments(files: (n: number) => number, inUse: (n: number) => number = () => 8): Moment[] {
  return upTo(32).map(n => ({
    atMs: 100 * n,
    accepted: 100 * n,
    inUse: inUse(n),
    census: census({ file: files(n) }),
    anonBytes: 2_097_152,
    heap: undefined,
  }));
}

function recurrenceOf(taken: readonly Moment[], settledFiles: number | undefined) {
  const settled = settledFiles === undefined ? undefined : census({ file: settledFiles });
  const ofTime = roundsOfTime(taken, settled);
  if (!ofTime) return undefined;
  const evidence = buildEvidence({
    baselineCounts: ofTime.base ?? census(),
    rounds: ofTime.rounds,
    cycles: tally({ completed: ofTime.judged }),
    confirm: tally({ completed: ofTime.confirmed }),
  });
  return growthOf(evidence, 'file').recurrence;
}

test('what grows in every round of time, and stays, recurs', () => {
  assert.equal(
    recurrenceOf(
      moments(n => 100 * n),
      3_200,
    ),
    'recurs',
  );
  assert.equal(
    recurrenceOf(
      moments(n => 100 * n),
      undefined,
    ),
    'recurs',
  );
});

test('what each connection in use has is not kept', () => {
  assert.equal(
    recurrenceOf(
      moments(() => 8),
      0,
    ),
    'none',
  );
});

test('what was opened at the beginning, and stays, has levelled off', () => {
  assert.equal(
    recurrenceOf(
      moments(n => Math.min(20, 10 * n)),
      20,
    ),
    'levelled',
  );
});

test('a server that becomes busier is not asked: its growth may be use', () => {
  assert.equal(
    recurrenceOf(
      moments(
        n => n,
        n => n,
      ),
      32,
    ),
    undefined,
  );
});

test('a load that is over long before the watching is asked by its own connections', () => {
  const early = upTo(32).map(n => Math.min(16, n));
  const taken = moments(n => 100 * Math.min(16, n)).map((moment, index) => ({
    ...moment,
    accepted: 100 * (early[index] ?? 0),
  }));
  const ofTime = roundsOfTime(taken, undefined);
  assert.ok(ofTime && ofTime.confirmed > 0);
  assert.equal(recurrenceOf(taken, undefined), 'recurs');
});

test('too short a time is no answer', () => {
  assert.equal(roundsOfTime(moments(n => n).slice(0, 15), undefined), undefined);
});

test('memory has a trend over time, unless there are few connections or ever more in use', () => {
  assert.equal(memoryOfTime(moments(() => 0)).length, 16);
  assert.deepEqual(
    memoryOfTime(
      moments(
        () => 0,
        n => 10 * n,
      ),
    ),
    [],
  );
  assert.deepEqual(memoryOfTime(moments(() => 0).slice(0, 4)), []);
});

/** What a trial cannot see, beside what our own cycles at a server that is looked into do not show either. */
const UNSEEN: ReadonlyArray<readonly [what: string, different: Different, unseen: readonly Kind[]]> = [
  ['others make the connections', { watch: watched('server') }, ['refused', 'reply']],
  ['nobody knows how many they make', { watch: watched('machine') }, ['refused', 'reply', 'memory']],
  [
    'the server cannot be looked into',
    { far: { isServing: true } },
    ['crash', 'restart', 'fd', 'zombie', 'child', 'thread', 'mapping', 'memory', 'spin'],
  ],
];

for (const [what, different, unseen] of UNSEEN) {
  test(`where ${what}, ${unseen.join(', ')} are not measured`, () => {
    const answered = tally({ completed: 1_000, answered: 1_000, acceptedAtLeast: 1_010 });
    const notMeasured = (evidence: Different) =>
      judge(buildEvidence({ cycles: answered, ...evidence }), DEFAULT_POLICY)
        .checks.filter(({ status, after }) => status === 'not-measured' && after === undefined)
        .map(({ kind }) => kind);
    const usual = notMeasured({});
    assert.deepEqual(
      notMeasured(different).filter(kind => !usual.includes(kind)),
      unseen,
    );
  });
}

function watched(acceptedBy: WatchFacts['acceptedBy']): WatchFacts {
  return { load: undefined, runs: 1, durationMs: 1, judgedMs: 1, accepted: 1_010, acceptedBy, inUse: 0 };
}

test('a server that says only good things of itself passes, and has no proof', () => {
  const serving = judge(buildEvidence({ far: { isServing: true } }), DEFAULT_POLICY);
  assert.deepEqual([serving.verdict, serving.clean], ['pass', false]);
  assert.equal(judge(buildEvidence({ far: { isServing: false } }), DEFAULT_POLICY).verdict, 'undecided');
});
