import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCrash } from '../../../src/verdict/checks/crash.js';
import type { Departed } from '../../../src/verdict/evidence.js';
import type { CrashFinding } from '../../../src/verdict/finding.js';
import type { Failure } from '../../../src/workload/tally.js';
import { buildEvidence, snapshot, tally } from '../../support/evidence.js';

const root: Departed = {
  pid: 4_242,
  comm: 'server',
  isRoot: true,
  servedOther: false,
  replacedBy: undefined,
};

test('a server that is there did not crash', () => {
  const { check, findings } = checkCrash(buildEvidence());
  assert.deepEqual(check, {
    kind: 'crash',
    status: 'pass',
    before: 1,
    after: 1,
    perRound: [],
    bound: undefined,
  });
  assert.deepEqual(findings, []);
});

test('a worker that is gone, and nobody knows why, is no fault of the server', () => {
  const { findings } = checkCrash(buildEvidence({ departed: [{ ...root, isRoot: false }] }));
  assert.deepEqual(
    findings.map(({ severity }) => severity),
    ['warn'],
  );
});

/** How many were accepted for sure, the first failure, and where the server is then said to have died. */
const DEATHS: ReadonlyArray<
  readonly [
    what: string,
    accepted: number,
    failure: Failure | undefined,
    told: Pick<CrashFinding, 'connections' | 'cycles' | 'phase'>,
  ]
> = [
  [
    'a reset may have been the cause',
    520,
    { kind: 'reset', code: 'ECONNRESET', connection: 522 },
    { connections: [520, 522], cycles: [510, 512], phase: 'cycles' },
  ],
  [
    'a refused one came after it',
    520,
    { kind: 'refused', code: 'ECONNREFUSED', connection: 522 },
    { connections: [520, 521], cycles: [510, 511], phase: 'cycles' },
  ],
  [
    'it died in the warm-up',
    0,
    { kind: 'reset', code: 'ECONNRESET', connection: 4 },
    { connections: [1, 4], cycles: [1, 4], phase: 'warm-up' },
  ],
  [
    'it was refused from the first on',
    0,
    { kind: 'refused', code: 'ECONNREFUSED', connection: 1 },
    { connections: [1, 1], cycles: [1, 1], phase: 'warm-up' },
  ],
  [
    'more were accepted than the first failure leaves room for',
    600,
    { kind: 'reset', code: 'ECONNRESET', connection: 522 },
    { connections: [522, 522], cycles: [512, 512], phase: 'cycles' },
  ],
  ['no cycle failed', 1_010, undefined, { connections: undefined, cycles: undefined, phase: 'cycles' }],
];

for (const [what, acceptedAtLeast, firstFailure, told] of DEATHS) {
  test(`of a death it is told on which cycle: ${what}`, () => {
    const cycles = tally({ completed: 500, acceptedAtLeast, firstFailure });
    const warmup = tally({ completed: 10 });
    const { check, findings } = checkCrash(
      buildEvidence({ warmup, cycles, departed: [root], after: snapshot([]) }),
    );
    const [finding] = findings;
    assert.equal(check.status, 'fail');
    assert.ok(finding?.kind === 'crash');
    assert.deepEqual(finding.pids, [4_242]);
    assert.deepEqual(
      { connections: finding.connections, cycles: finding.cycles, phase: finding.phase },
      told,
    );
  });
}

test('a death at the border of two phases is not told as a range that runs backwards', () => {
  const cycles = tally({
    acceptedAtLeast: 9,
    firstFailure: { kind: 'reset', code: 'ECONNRESET', connection: 12 },
  });
  const [finding] = checkCrash(
    buildEvidence({ cycles, warmup: tally({ completed: 10 }), departed: [root] }),
  ).findings;
  assert.ok(finding?.kind === 'crash' && finding.cycles);
  assert.ok(finding.cycles[0] <= finding.cycles[1], finding.cycles.join(' … '));
});
