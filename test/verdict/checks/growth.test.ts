import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkGrowth } from '../../../src/verdict/checks/growth.js';
import type { Evidence } from '../../../src/verdict/evidence.js';
import type { Check } from '../../../src/verdict/finding.js';
import { buildEvidence, forgotten, grown, leaking } from '../../support/evidence.js';

const KINDS = ['thread', 'child', 'zombie'] as const;
const { settled } = leaking([]);
const draining = { ...settled, state: 'draining' } as const;

const HISTORIES: ReadonlyArray<
  readonly [
    what: string,
    inCycles: number,
    confirming: number[],
    different: Partial<Evidence>,
    status: Check['status'],
    notes: string[],
  ]
> = [
  ['did not grow', 0, [], {}, 'pass', []],
  ['recur', 10, [13, 16, 19], {}, 'fail', []],
  ['are in doubt', 10, [13], {}, 'undecided', ['unconfirmed']],
  ['were started once', 8, [8, 8, 8], {}, 'pass', ['opened-once']],
  ['level off', 8, [9, 8, 8, 9], {}, 'pass', ['levelled-off']],
  ['recur while the server still drains', 10, [13, 16, 19], { settled: draining }, 'not-measured', []],
  [
    'are in doubt beside forgotten connections',
    10,
    [],
    { held: forgotten([11]), settled },
    'not-measured',
    [],
  ],
];

for (const kind of KINDS) {
  for (const [what, inCycles, confirming, different, status, notes] of HISTORIES) {
    test(`${kind}: those that ${what} are ${status}`, () => {
      const {
        check,
        findings,
        notes: said,
      } = checkGrowth(kind, grown(kind, inCycles, confirming, different));
      assert.equal(check.status, status);
      assert.equal(check.after, (check.before ?? 0) + inCycles);
      assert.equal(findings.length, status === 'fail' ? 1 : 0);
      assert.deepEqual(
        said.map(({ note }) => note),
        notes,
      );
    });
  }
}

test('what recurs is told by the judged cycles, the rounds are beside it', () => {
  const { findings } = checkGrowth('thread', grown('thread', 500, [650, 800, 950]));
  assert.deepEqual(findings, [
    {
      kind: 'thread',
      severity: 'fail',
      count: 500,
      perCycle: 0.5,
      perRound: [150, 150, 150],
      limit: 32_768,
      // (32 768 − 768 tasks that there are) × 2 connections for each thread.
      connectionsLeft: 64_000,
    },
  ]);
});

test('mappings are told with their limit and what is left', () => {
  const [finding] = checkGrowth('mapping', grown('mapping', 2_000, [2_600, 3_200, 3_800])).findings;
  assert.ok(finding?.kind === 'mapping');
  assert.equal(finding.limit, 65_530);
  // (65 530 − 30 at the start − 3 800) / 2 for each connection.
  assert.equal(finding.connectionsLeft, 30_850);
});

test('a clean server has as many as before', () => {
  const { check } = checkGrowth('mapping', buildEvidence());
  assert.deepEqual(check, {
    kind: 'mapping',
    status: 'pass',
    before: 30,
    after: 30,
    perRound: [],
    bound: undefined,
  });
});

/** Threads on every cycle, and so many mappings with each of them. */
const STACKS: ReadonlyArray<readonly [mappings: number, status: Check['status']]> = [
  [2, 'pass'],
  [4, 'pass'],
  [5, 'fail'],
];

for (const [each, status] of STACKS) {
  test(`${each} mappings of each thread that stays are ${status === 'pass' ? 'its own' : 'more than its own'}`, () => {
    const threads = grown('thread', 1_000, [1_300, 1_600, 1_900]);
    const rounds = threads.rounds.map(round => ({
      ...round,
      counts: round.counts && { ...round.counts, mapping: 30 + each * (round.counts.thread - 1) },
    }));
    assert.equal(checkGrowth('mapping', { ...threads, rounds }).check.status, status);
    assert.equal(checkGrowth('thread', { ...threads, rounds }).check.status, 'fail');
  });
}
