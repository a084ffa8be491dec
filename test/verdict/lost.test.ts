import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Departed } from '../../src/verdict/evidence.js';
import { judge } from '../../src/verdict/judge.js';
import { buildEvidence, type Different, tally } from '../support/evidence.js';

const worker: Departed = { pid: 7, comm: 'server', isRoot: false, servedOther: false, replacedBy: undefined };
const segfault = { signal: 'SIGSEGV', said: 'server[7]: segfault at 0 ip 1 sp 2 error 6 in server' };
const resets = (reset: number) =>
  tally({ requested: 1_000, completed: 1_000 - reset, failed: reset, failures: { reset } });
type Told = readonly [verdict: string, severity: string | undefined, clean: boolean];

const FAULT: Told = ['fail', 'fail', false];
const DOUBT: Told = ['undecided', 'warn', false];
const NOTHING: Told = ['pass', undefined, true];

const CASES: ReadonlyArray<readonly [what: string, evidence: Different, told: Told]> = [
  ['a worker that is gone, and nobody knows why', { departed: [worker] }, DOUBT],
  ['one that was seen to die of a crash signal', { departed: [{ ...worker, signal: 11 }] }, FAULT],
  ['one that ended by SIGTERM', { departed: [{ ...worker, signal: 15 }] }, DOUBT],
  ["one that the kernel's log names", { departed: [{ ...worker, logged: segfault }] }, FAULT],
  ['one that was busy with another client', { departed: [{ ...worker, servedOther: true }] }, NOTHING],
  [
    'one that crashed while it was',
    { departed: [{ ...worker, servedOther: true, logged: segfault }] },
    FAULT,
  ],
  ['one with which a connection was reset', { departed: [worker], cycles: resets(1) }, FAULT],
  ['one beside more resets than it had connections', { departed: [worker], cycles: resets(5) }, DOUBT],
  [
    'one that went with a connection that was watched',
    { departed: [worker], watched: { of: 300, ended: 1, cutOff: 1 } },
    FAULT,
  ],
  [
    'one of a server that ends all connections by itself',
    { departed: [worker], watched: { of: 300, ended: 300, cutOff: 1 } },
    DOUBT,
  ],
  ['a spare worker of Apache', { departed: [worker], program: 'apache2' }, NOTHING],
  ['a crashed worker of Apache', { departed: [{ ...worker, logged: segfault }], program: 'apache2' }, FAULT],
  [
    'an autovacuum worker of PostgreSQL',
    { departed: [{ ...worker, title: 'postgres: autovacuum worker template1' }], program: 'postgres' },
    NOTHING,
  ],
  [
    'the checkpointer of PostgreSQL',
    { departed: [{ ...worker, title: 'postgres: checkpointer' }], program: 'postgres' },
    DOUBT,
  ],
  [
    'a worker of nginx',
    { departed: [{ ...worker, title: 'nginx: worker process' }], program: 'nginx' },
    DOUBT,
  ],
  [
    'the cache loader of nginx',
    { departed: [{ ...worker, title: 'nginx: cache loader process' }], program: 'nginx' },
    NOTHING,
  ],
];

for (const [what, evidence, told] of CASES) {
  test(`${what} makes ${told[0]}`, () => {
    const { verdict, clean, findings, notes } = judge(buildEvidence(evidence), {
      strict: false,
      failOn: undefined,
      allow: {},
    });
    assert.deepEqual([verdict, findings.find(({ kind }) => kind === 'crash')?.severity, clean], told);
    assert.equal(
      notes.some(({ note }) => note === 'retired'),
      told === NOTHING && evidence.program !== undefined,
    );
  });
}

test('whoever knows that the pool shrinks by design allows it, without the proof', () => {
  const policy = { strict: false, failOn: undefined, allow: { crash: 1 } };
  const { verdict, clean, allowed } = judge(buildEvidence({ departed: [worker] }), policy);
  assert.deepEqual([verdict, clean, allowed], ['pass', false, [{ kind: 'crash', count: 1 }]]);
});

test('a replaced worker that the kernel logged has crashed', () => {
  const replaced = { ...worker, replacedBy: 8, logged: segfault };
  const { verdict, findings } = judge(buildEvidence({ departed: [replaced] }), {
    ...{ strict: false, failOn: undefined, allow: {} },
  });
  assert.deepEqual([verdict, findings.map(({ kind }) => kind)], ['fail', ['restart']]);
});
