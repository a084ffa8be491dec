import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientEvidence } from '../../../src/verdict/client/evidence.js';
import { judgeClient } from '../../../src/verdict/client/judge.js';
import { clientEvidence, heldByClient, stuck } from '../../support/client-evidence.js';

const POLICY = { strict: false, failOn: undefined, allow: {} };
const limits = clientEvidence().limits;
const hoard = {
  connections: 40,
  besideIdle: 39,
  peakOpen: 40,
  peakIdle: 40,
  peakIdleAtOnce: 40,
  peakIdleOnOnePort: 40,
};

const CASES: ReadonlyArray<
  readonly [what: string, evidence: Partial<ClientEvidence>, fails: readonly string[]]
> = [
  ['one connection for all requests', {}, []],
  [
    'a pool that keeps two idle connections',
    { connections: 2, peakOpen: 2, peakIdle: 2, peakIdleAtOnce: 2 },
    [],
  ],
  ['a new idle connection for every request', hoard, ['idle', 'reuse']],
  ['a connection for each request, closed at once', { connections: 40, afterClose: 39 }, ['reuse']],
  [
    'a connection for each request, as it asked for',
    { connections: 40, afterClose: 39, askedToClose: 40 },
    ['reuse'],
  ],
  ['a connection for each request that could not be used again', { connections: 40, failed: 40 }, []],
  [
    'forty processes with a request each',
    { connections: 40, afterClose: 39, owners: 10, ownersAsked: 10 },
    [],
  ],
  [
    'connections of two processes that have many each',
    { connections: 40, afterClose: 39, owners: 2, ownersAsked: 10 },
    ['reuse'],
  ],
  ['a connection for each message of raw TCP', { protocol: 'tcp', connections: 40, afterClose: 39 }, []],
  [
    'fifty at a time, all idle in the end',
    { connections: 50, requests: 500, peakBusy: 50, peakOpen: 50, peakIdle: 50, peakIdleAtOnce: 50 },
    [],
  ],
  [
    'threads that have a connection each, and little to do',
    {
      connections: 50,
      requests: 900,
      besideIdle: 45,
      peakBusy: 4,
      peakOpen: 50,
      peakIdle: 50,
      peakIdleAtOnce: 50,
    },
    [],
  ],
  ['three idle connections, two allowed', { peakIdle: 3, limits: { ...limits, maxIdle: 2 } }, ['idle']],
  ['two idle connections, two allowed', { peakIdle: 2, limits: { ...limits, maxIdle: 2 } }, []],
  [
    'three idle connections to one port, two allowed',
    { peakIdle: 3, peakIdleOnOnePort: 3, limits: { ...limits, maxIdlePerPort: 2 } },
    ['idle'],
  ],
  [
    'idle for three seconds, one allowed',
    { longestIdleMs: 3_000, limits: { ...limits, idleMs: 1_000 } },
    ['idle'],
  ],
  ['idle for three seconds, nothing said', { longestIdleMs: 3_000 }, []],
  ['twenty in CLOSE_WAIT', { held: heldByClient({ closeWait: stuck(20) }) }, ['close-wait']],
  ['two in CLOSE_WAIT for long, as a pool has them', { held: heldByClient({ closeWait: stuck(2, 2) }) }, []],
  [
    'three in CLOSE_WAIT for a second, one at a time in use',
    { held: heldByClient({ closeWait: stuck(3, 3) }) },
    ['close-wait'],
  ],
  ['thirty that were reset and are kept', { held: heldByClient({ dead: stuck(30) }) }, ['fd']],
  ['ten answers that nobody reads', { held: heldByClient({ unread: stuck(10, 10) }) }, ['unclosed']],
  [
    'forty answers that nobody reads, each on a connection that looks idle',
    { ...hoard, held: heldByClient({ unread: stuck(40, 40) }) },
    ['unclosed'],
  ],
  [
    'ten answers that nobody reads, and a hoard of forty',
    { ...hoard, held: heldByClient({ unread: stuck(10, 10) }) },
    ['unclosed', 'idle', 'reuse'],
  ],
  [
    'one connection without an answer, past its patience',
    { peakOverdue: 1, limits: { ...limits, patienceMs: 100 } },
    ['unclosed'],
  ],
  ['twenty without an answer, and nobody has said how long it may wait', { peakOverdue: 20 }, []],
];

for (const [what, evidence, fails] of CASES) {
  test(`${what}: ${fails.length > 0 ? fails.join(', ') : 'clean'}`, () => {
    const verdict = judgeClient(clientEvidence(evidence), POLICY);
    assert.deepEqual(
      verdict.findings.map(({ kind }) => kind),
      fails,
    );
    assert.equal(verdict.verdict, fails.length > 0 ? 'fail' : 'pass');
    assert.equal(verdict.clean, fails.length === 0);
  });
}

test('where an answer that nobody reads is no fault, what comes of it is one', () => {
  const evidence = clientEvidence({ ...hoard, held: heldByClient({ unread: stuck(40, 40) }) });
  for (const policy of [
    { ...POLICY, failOn: ['reuse' as const] },
    { ...POLICY, allow: { unclosed: 40, idle: 40 } },
  ]) {
    const { verdict, findings } = judgeClient(evidence, policy);
    assert.equal(verdict, 'fail');
    assert.ok(findings.some(({ kind, severity }) => kind === 'reuse' && severity === 'fail'));
  }
});

test('connections that may have been overdue when they ended are not called clean', () => {
  const evidence = clientEvidence({ perhapsOverdue: 20, limits: { ...limits, patienceMs: 100 } });
  const { verdict, clean } = judgeClient(evidence, POLICY);
  assert.deepEqual([verdict, clean], ['undecided', false]);
});

test('a client whose descriptors cannot be seen is not called clean', () => {
  const verdict = judgeClient(clientEvidence({ held: undefined }), POLICY);
  assert.equal(verdict.verdict, 'undecided');
  assert.equal(verdict.clean, false);
});

test('what is allowed passes, and is not clean', () => {
  const verdict = judgeClient(clientEvidence(hoard), { ...POLICY, allow: { idle: 40, reuse: 40 } });
  assert.equal(verdict.verdict, 'pass');
  assert.equal(verdict.clean, false);
  assert.deepEqual(verdict.allowed, [
    { kind: 'idle', count: 40 },
    { kind: 'reuse', count: 39 },
  ]);
});

test('the check of idle connections tells those that it was judged by', () => {
  // Each was idle for a moment only, as a client that never waits leaves them.
  const { checks, findings } = judgeClient(clientEvidence({ ...hoard, peakIdle: 0 }), POLICY);
  const check = checks.find(({ kind }) => kind === 'idle');
  assert.deepEqual([check?.status, check?.after, findings[0]?.count], ['fail', 40, 40]);
});

for (const [what, owners, ownersAsked] of [
  ['nobody was found', 0, 10],
  ['two were found in three looks', 2, 3],
] as const) {
  test(`whose connections they are was looked for, and ${what}: reuse is undecided`, () => {
    const evidence = clientEvidence({ connections: 40, afterClose: 39, owners, ownersAsked });
    const { verdict, findings, checks } = judgeClient(evidence, POLICY);
    assert.deepEqual([verdict, findings], ['undecided', []]);
    assert.equal(checks.find(({ kind }) => kind === 'reuse')?.status, 'undecided');
  });
}

test('a client that was last looked at before most of its connections were left to it is undecided, unless something was seen', () => {
  const early = { connections: 20, leftToIt: 20, leftToItWhenLooked: 1 };
  const { verdict, clean, checks } = judgeClient(clientEvidence(early), POLICY);
  assert.deepEqual([verdict, clean], ['undecided', false]);
  const undecided = checks.filter(({ status }) => status === 'undecided').map(({ kind }) => kind);
  assert.deepEqual(undecided, ['fd', 'close-wait', 'unclosed']);
  const seen = { ...early, held: heldByClient({ dead: stuck(20, 20) }) };
  assert.equal(judgeClient(clientEvidence(seen), POLICY).verdict, 'fail');
  assert.equal(judgeClient(clientEvidence({ ...early, leftToItWhenLooked: 10 }), POLICY).verdict, 'pass');
});

test('connections that may have been opened for nothing leave reuse undecided, and without a proof', () => {
  const { verdict, clean, checks } = judgeClient(
    clientEvidence({ connections: 40, perhapsWasted: 39 }),
    POLICY,
  );
  assert.deepEqual([verdict, clean], ['undecided', false]);
  assert.equal(checks.find(({ kind }) => kind === 'reuse')?.status, 'undecided');
});
