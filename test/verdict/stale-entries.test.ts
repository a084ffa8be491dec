import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence, Round } from '../../src/verdict/evidence.js';
import { judge } from '../../src/verdict/judge.js';
import { staleEntries } from '../../src/verdict/work-trend.js';
import { buildEvidence, type Different } from '../support/evidence.js';

const POLICY = { strict: false, failOn: undefined, allow: {} };

/** Entries beyond the open descriptors, after so many connections: 24 rounds of 1000 cycles, and confirming ones to 4040. */
const CASES: ReadonlyArray<
  readonly [what: string, entries: (connections: number) => number, grows: boolean]
> = [
  ['an entry for every client that there ever was', n => n, true],
  ['one for every tenth client', n => Math.floor(n / 10), true],
  ['none at all', () => 0, false],
  ['an array of a fixed size', () => 1_020, false],
  ['as many as the most clients at a time', n => Math.min(n, 64), false],
  ['an array that is packed when 512 entries are stale', n => n % 512, false],
  ['an array that doubles when it is full', n => 2 ** Math.ceil(Math.log2(Math.min(300, n + 1))), false],
];

for (const [what, entries, grows] of CASES) {
  test(`${what}: ${grows ? 'grows' : 'nothing is said'}`, () => {
    assert.equal(staleEntries(withEntries(entries)) !== undefined, grows);
    const { verdict, findings } = judge(withEntries(entries), {
      strict: false,
      failOn: undefined,
      allow: {},
    });
    assert.deepEqual([verdict, findings.map(({ kind }) => kind)], grows ? ['fail', ['work']] : ['pass', []]);
  });
}

test('what they cost may be hidden by noise, and is no negative number', () => {
  const work = Array.from({ length: 24 }, (_, at) => ({
    ...{
      phase: 'cycles' as const,
      connections: 10 + 42 * (at + 1),
      made: 42,
      waitNs: 0,
      turns: 42,
      ticks: 0,
    },
    ...{ livingNs: 42_000 * (60 - at), ownNs: 42_000 * 80 },
  }));
  const { findings } = judge(
    withEntries(n => n, 2, { work }),
    POLICY,
  );
  assert.deepEqual(
    findings.map(({ kind, perCycle }) => [kind, perCycle]),
    [['work', 0]],
  );
});

test('without confirming rounds it is undecided, not passed', () => {
  const evidence = withEntries(n => n, 0);
  const { verdict, findings, notes } = judge(evidence, POLICY);
  assert.deepEqual([verdict, findings], ['undecided', []]);
  assert.deepEqual(notes, [{ note: 'stale-entries', before: 52, after: 1_010 }]);
});

test('where no thread sleeps in poll() nothing is said', () => {
  const rounds = withEntries(n => n).rounds.map(round => ({ ...round, pollEntries: undefined }));
  assert.equal(staleEntries({ rounds }), undefined);
});

function withEntries(
  entries: (connections: number) => number,
  doublings = 2,
  different: Different = {},
): Evidence {
  const evidence = buildEvidence(different);
  const last = evidence.rounds.at(-1);
  const round = (phase: Round['phase'], connections: number): Round => ({
    ...{ phase, connections, anonBytes: last?.anonBytes, heap: undefined, counts: undefined },
    pollEntries: entries(connections),
  });
  const judged = Array.from({ length: 24 }, (_, at) =>
    round('cycles', 10 + Math.round((1_000 * (at + 1)) / 24)),
  );
  const confirming = Array.from({ length: doublings }, (_, at) => round('confirm', 1_010 * 2 ** (at + 1)));
  const rounds = [...judged.slice(0, -1), { ...(judged.at(-1) ?? judged[0]), counts: last?.counts } as Round];
  return { ...evidence, rounds: [...rounds, ...confirming] };
}
