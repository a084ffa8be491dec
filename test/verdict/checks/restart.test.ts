import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRestart } from '../../../src/verdict/checks/crash.js';
import type { Departed, Watched } from '../../../src/verdict/evidence.js';
import type { Check } from '../../../src/verdict/finding.js';
import { buildEvidence, tally } from '../../support/evidence.js';

const replaced: Departed = { pid: 101, comm: 'worker', isRoot: false, servedOther: false, replacedBy: 110 };

const CASES: ReadonlyArray<
  readonly [what: string, departed: Departed[], resets: number, status: Check['status'], count: number]
> = [
  ['nobody who went', [], 0, 'pass', 0],
  ['resets alone', [], 5, 'pass', 0],
  ['a worker that was replaced with no cycle cut off', [replaced], 0, 'warn', 1],
  ['a worker that was replaced with cycles cut off', [replaced], 5, 'fail', 1],
  ['two of them', [replaced, { ...replaced, pid: 102, replacedBy: 111 }], 1, 'fail', 2],
  ['a worker that went for good', [{ ...replaced, replacedBy: undefined }], 5, 'pass', 0],
  ['a child that was due to go', [{ ...replaced, servedOther: true }], 5, 'pass', 0],
  ['a root, which is a crash', [{ ...replaced, isRoot: true }], 5, 'pass', 0],
];

for (const [what, departed, resets, status, count] of CASES) {
  test(`${what} is ${status}`, () => {
    const cycles = tally({ completed: 1_000 - resets, failed: resets, failures: { reset: resets } });
    const { check, findings } = checkRestart(buildEvidence({ departed, cycles }));
    const [finding] = findings;
    assert.equal(check.status, status);
    assert.equal(check.after, count);
    assert.equal(findings.length, count > 0 ? 1 : 0);
    if (finding?.kind !== 'restart') return;
    assert.equal(finding.severity, status);
    assert.equal(finding.cutOff, resets);
    assert.deepEqual(
      finding.workers,
      departed.map(({ pid, replacedBy, signal }) => ({ pid, replacedBy, signal })),
    );
  });
}

const WATCHED: ReadonlyArray<
  readonly [
    what: string,
    watched: Watched,
    signal: number | undefined,
    status: Check['status'],
    cutOff: number,
  ]
> = [
  ['none of 300 that were watched was cut off', { of: 300, ended: 0, cutOff: 0 }, undefined, 'warn', 0],
  ['three of 300 were cut off', { of: 300, ended: 3, cutOff: 3 }, undefined, 'fail', 3],
  [
    'connections ended early, but never together with a worker',
    { of: 300, ended: 20, cutOff: 0 },
    undefined,
    'warn',
    0,
  ],
  [
    'the server ends every connection itself, some of them when a worker retires',
    { of: 300, ended: 300, cutOff: 3 },
    undefined,
    'warn',
    0,
  ],
  ['it was seen to die of SIGSEGV', { of: 300, ended: 0, cutOff: 0 }, 11, 'fail', 0],
  ['its master sent it SIGTERM', { of: 300, ended: 0, cutOff: 0 }, 15, 'warn', 0],
];

for (const [what, watched, signal, status, cutOff] of WATCHED) {
  test(`a worker that was replaced is ${status} when ${what}`, () => {
    const { check, findings } = checkRestart(buildEvidence({ departed: [{ ...replaced, signal }], watched }));
    const [finding] = findings;
    assert.equal(check.status, status);
    assert.equal(finding?.kind === 'restart' && finding.cutOff, cutOff);
  });
}
