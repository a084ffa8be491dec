import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedConnections } from '../../../src/verdict/accepted.js';
import { checkHang } from '../../../src/verdict/checks/hang.js';
import type { Evidence, HeldClients } from '../../../src/verdict/evidence.js';
import type { Check } from '../../../src/verdict/finding.js';
import {
  buildEvidence,
  fd,
  heldClients,
  leaking,
  row,
  serverProcess,
  snapshot,
  tally,
  upTo,
} from '../../support/evidence.js';

const { settled } = leaking([]);
const waiting = upTo(5).map(n => row({ inode: 0, state: 'ESTABLISHED', remotePort: 40_000 + n }));
const stalled = tally({ completed: 5, stopped: 'accept-stalled' });
const gone = { pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined };

const CASES: ReadonlyArray<
  readonly [what: string, evidence: Partial<Evidence>, status: Check['status'], queued: number]
> = [
  ['an empty queue', {}, 'pass', 0],
  ['a queue that stands still', { queueSettled: settled, acceptQueue: 5 }, 'fail', 5],
  ['rows that nobody accepted', { queueSettled: settled, unaccepted: waiting }, 'fail', 5],
  [
    'a queue that is longer than the rows',
    { queueSettled: settled, acceptQueue: 7, unaccepted: waiting },
    'fail',
    7,
  ],
  [
    'a queue that still falls',
    { queueSettled: { ...settled, state: 'draining' }, acceptQueue: 5 },
    'undecided',
    5,
  ],
  ['a queue that later cycles left', { settled, acceptQueue: 1 }, 'undecided', 1],
  ['a queue that did not move in the cycles', { cycles: stalled, acceptQueue: 5 }, 'fail', 5],
  ['deadlines in a row', { cycles: tally({ failed: 3, stopped: 'deadlines' }) }, 'fail', 0],
  ['a queue that stalled and was drained', { cycles: stalled }, 'pass', 0],
  ['a server that is dead', { queueSettled: settled, acceptQueue: 5, departed: [gone] }, 'undecided', 5],
  [
    'a listener that was closed',
    { queueSettled: settled, acceptQueue: 5, listenerGone: true },
    'undecided',
    5,
  ],
];

for (const [what, different, status, queued] of CASES) {
  test(`${what} is ${status}`, () => {
    const { check, findings } = checkHang(buildEvidence(different));
    assert.equal(check.status, status);
    assert.equal(check.after, queued);
    assert.equal(findings.length, status === 'fail' ? 1 : 0);
  });
}

test('a hang is told by what was accepted, and for how long nothing moved', () => {
  const evidence = buildEvidence({ warmup: tally(), cycles: stalled, acceptQueue: 5, connections: 5 });
  assert.deepEqual(checkHang(evidence).findings, [
    {
      kind: 'hang',
      severity: 'fail',
      count: 5,
      perCycle: 1,
      accepted: 0,
      connected: 5,
      stalledMs: 5_000,
      atFdLimit: false,
    },
  ]);
});

test('a hang at the limit of descriptors is told as such', () => {
  const fds = upTo(1_024).map(number => fd(number, 'file'));
  const [finding] = checkHang(
    buildEvidence({ queueSettled: settled, acceptQueue: 5, after: snapshot([serverProcess({ fds })]) }),
  ).findings;
  assert.ok(finding?.kind === 'hang');
  assert.equal(finding.atFdLimit, true);
  assert.equal(finding.stalledMs, settled.tookMs);
});

test('what left the queue was accepted', () => {
  assert.equal(acceptedConnections(buildEvidence()), 1_010);
  assert.equal(acceptedConnections(buildEvidence({ acceptQueue: 3, unaccepted: waiting })), 1_005);
  assert.equal(acceptedConnections(buildEvidence({ warmup: tally(), cycles: tally(), acceptQueue: 3 })), 0);
});

const BLOCKING: ReadonlyArray<
  readonly [what: string, hold: Partial<HeldClients>, cycles: Evidence['cycles'], silent: number | undefined]
> = [
  ['others are served', {}, tally({ completed: 1_000 }), undefined],
  ['one client has the server', { wanted: 1, accepted: 1, blocked: true }, tally({ completed: 1_000 }), 1],
  ['clients have the workers of a pool, which stops later', {}, stalled, 100],
  ['nothing was ever accepted', { accepted: 0, blocked: true }, tally({ completed: 1_000 }), undefined],
  ['nobody was served before either', { aloneMs: undefined }, stalled, undefined],
];

for (const [what, hold, cycles, silent] of BLOCKING) {
  test(`silent clients, ${what}: ${silent ? `${silent} block the others` : 'they block nobody'}`, () => {
    const { check, findings } = checkHang(buildEvidence({ hold: heldClients(hold), cycles }));
    assert.equal(check.status, silent ? 'fail' : 'pass');
    assert.deepEqual(
      findings.map(finding => finding.kind === 'hang' && finding.silentClients),
      silent ? [silent] : [],
    );
  });
}

test('silent clients that have every descriptor of the server are told from those that have its only thread', () => {
  const hold = heldClients({ accepted: 1_018, blocked: true });
  const full = { ...hold, holding: { ...hold.holding, fullestFds: 1_024 } };
  for (const [given, atFdLimit] of [
    [full, true],
    [hold, false],
  ] as const) {
    const [finding] = checkHang(buildEvidence({ hold: given, fdLimit: 1_024 })).findings;
    assert.equal(finding?.kind === 'hang' && finding.atFdLimit, atFdLimit);
  }
});
