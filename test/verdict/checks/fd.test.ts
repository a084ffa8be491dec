import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFds } from '../../../src/verdict/checks/fd.js';
import type { Evidence } from '../../../src/verdict/evidence.js';
import type { FdFinding, HeldGroup } from '../../../src/verdict/finding.js';
import {
  buildEvidence,
  census,
  fd,
  forgotten,
  grown,
  leaking,
  portOf,
  row,
  serverFds,
  serverProcess,
  snapshot,
  upTo,
} from '../../support/evidence.js';

const { settled } = leaking([]);

test('a clean server passes, and nothing is said', () => {
  assert.deepEqual(checkFds(buildEvidence()), {
    check: { kind: 'fd', status: 'pass', before: 5, after: 5, perRound: [], bound: undefined },
    findings: [],
    notes: [],
  });
});

test('a server that forgets every connection is told with its descriptors, its limit and what is left', () => {
  const { check, findings, notes } = checkFds(leaking(upTo(1_010)));
  assert.deepEqual(check, {
    kind: 'fd',
    status: 'fail',
    before: 5,
    after: 1_015,
    perRound: [],
    bound: undefined,
  });
  assert.deepEqual(notes, []);
  assert.deepEqual(findings, [
    {
      kind: 'fd',
      severity: 'fail',
      count: 1_010,
      perCycle: 1,
      inWarmup: 10,
      fdsBefore: 5,
      fdsAfter: 1_015,
      groups: [
        {
          what: 'connection',
          state: 'CLOSE_WAIT',
          count: 1_010,
          descriptors: 1_010,
          pids: [4_242],
          fdNumbers: upTo(1_010).map(n => n + 4),
          pattern: { kind: 'every' },
          heldClients: [],
          inWarmup: 10,
          perRound: [],
        },
      ],
      pattern: { kind: 'every' },
      limit: 1_024,
      connectionsLeft: 9,
      spinning: false,
    },
  ]);
});

const PATTERNS: ReadonlyArray<
  readonly [what: string, connections: number[], pattern: FdFinding['pattern'], inWarmup: number]
> = [
  ['cycle 512', [522], { kind: 'only', cycles: [512] }, 0],
  ['every hundredth', upTo(10).map(n => 10 + 100 * n), { kind: 'every-nth', step: 100, first: 100 }, 0],
  ['those of the warm-up', upTo(10), undefined, 10],
  ['the first of the warm-up and of the cycles', [1, 11], { kind: 'only', cycles: [1] }, 1],
];

for (const [what, connections, pattern, inWarmup] of PATTERNS) {
  test(`a server that forgets ${what} is told which`, () => {
    const [finding] = found(leaking(connections));
    assert.equal(finding?.count, connections.length);
    assert.deepEqual(finding?.pattern, pattern);
    assert.equal(finding?.inWarmup, inWarmup);
  });
}

test('connections in different states are told apart, and their cycles are told together', () => {
  const held = forgotten([11, 12, 13]).map((socket, index) => ({
    ...socket,
    state: index < 2 ? socket.state : ('ESTABLISHED' as const),
  }));
  const [finding] = found(leaking([], { held }));
  assert.deepEqual(
    finding?.groups.map(({ state, count }) => [state, count]),
    [
      ['CLOSE_WAIT', 2],
      ['ESTABLISHED', 1],
    ],
  );
  assert.deepEqual(finding?.pattern, { kind: 'only', cycles: [1, 2, 3] });
});

test('a socket with two descriptors is one leak', () => {
  const held = forgotten([11]).map(socket => ({
    ...socket,
    descriptors: [
      { pid: 4_242, number: 9 },
      { pid: 4_243, number: 8 },
    ],
  }));
  const [group] = found(leaking([], { held }))[0]?.groups ?? [];
  assert.equal(group?.count, 1);
  assert.equal(group?.descriptors, 2);
  assert.deepEqual(group?.pids, [4_242, 4_243]);
  assert.deepEqual(group?.fdNumbers, [8, 9]);
});

const OUTSIDE: ReadonlyArray<readonly [pids: number[], what: HeldGroup['what']]> = [
  [[77, 78], 'outside'],
  [[], 'nowhere'],
];

for (const [pids, what] of OUTSIDE) {
  test(`a connection held by ${pids.length > 0 ? 'processes outside of the tree' : 'no descriptor that can be seen'} is a leak`, () => {
    const outside = [{ row: row({ remotePort: portOf(522) }), pids }];
    const [finding] = found(buildEvidence({ settled, outside }));
    const [group] = finding?.groups ?? [];
    assert.equal(finding?.count, 1);
    assert.equal(group?.what, what);
    assert.deepEqual(group?.pids, pids);
    assert.deepEqual(group?.pattern, { kind: 'only', cycles: [512] });
  });
}

test('connections that are still being closed are no leak yet, and no pass either', () => {
  const { check, findings, notes } = checkFds(
    leaking([1, 2, 3], { settled: { ...settled, state: 'draining' }, acceptQueue: 2 }),
  );
  assert.equal(check.status, 'undecided');
  assert.deepEqual(findings, []);
  assert.deepEqual(notes, [
    { note: 'draining', outstanding: 5, waitedMs: settled.tookMs, falls: true, interrupted: false },
  ]);
});

const LATE: ReadonlyArray<readonly [lastChangeMs: number, notes: number]> = [
  [499, 0],
  [500, 1],
];

for (const [lastChangeMs, count] of LATE) {
  test(`closing after ${lastChangeMs} ms is ${count ? '' : 'not '}worth a word`, () => {
    const { check, notes } = checkFds(
      buildEvidence({ settled: { state: 'back', lastChangeMs, tookMs: 600, asleep: false } }),
    );
    assert.equal(check.status, 'pass');
    assert.equal(notes.length, count);
  });
}

test('connections of other clients are a note', () => {
  const held = forgotten([1, 2]).map(socket => ({ ...socket, role: 'other-client' as const }));
  const { check, findings, notes } = checkFds(leaking([], { held }));
  assert.equal(check.status, 'pass');
  assert.deepEqual(findings, []);
  assert.deepEqual(notes, [{ note: 'other-clients', count: 2 }]);
});

test('files that recur are a leak without a cycle', () => {
  const [finding] = found(grown('file', 10, [13, 16, 19]));
  assert.equal(finding?.count, 10);
  assert.deepEqual(finding?.groups[0]?.perRound, [3, 3, 3]);
  assert.equal(finding?.groups[0]?.what, 'file');
  assert.equal(finding?.pattern, undefined);
});

test('files that grew, and were not looked at again, are undecided', () => {
  const { check, notes } = checkFds(grown('file', 10, []));
  assert.equal(check.status, 'undecided');
  assert.deepEqual(notes, [{ note: 'unconfirmed', what: 'file', count: 10, perRound: [] }]);
});

test('files that were opened once are a note', () => {
  const { check, notes } = checkFds(grown('file', 8, [8, 8, 8]));
  assert.equal(check.status, 'pass');
  assert.deepEqual(notes, [{ note: 'opened-once', what: 'file', count: 8 }]);
});

test('what was opened in the warm-up and stays is a note, unless something is proved', () => {
  const baselineCounts = census({ file: 2, pipe: 3 });
  const rounds = buildEvidence().rounds.map(round => ({ ...round, counts: round.counts && baselineCounts }));
  assert.deepEqual(checkFds(buildEvidence({ baselineCounts, rounds })).notes, [
    { note: 'opened-once', what: 'pipe', count: 1 },
    { note: 'opened-once', what: 'file', count: 2 },
  ]);
  assert.deepEqual(checkFds(leaking([11], { baselineCounts, rounds })).notes, []);
});

test('files that level off are another', () => {
  const { check, notes } = checkFds(grown('file', 9, [9, 10, 9]));
  assert.equal(check.status, 'pass');
  assert.deepEqual(notes, [{ note: 'levelled-off', what: 'file', perRound: [0, 1, -1] }]);
});

test('dead sockets in doubt are the company of forgotten connections', () => {
  const dead = forgotten([600, 601]).map(socket => ({
    ...socket,
    role: 'dead-socket' as const,
    state: undefined,
    connection: undefined,
  }));
  const alone = grown('dead-socket', 2, [], { held: dead, settled });
  assert.equal(checkFds(alone).check.status, 'undecided');
  const beside = grown('dead-socket', 2, [], { held: [...forgotten([11]), ...dead], settled });
  const [finding] = found(beside);
  assert.equal(finding?.count, 3);
  assert.deepEqual(
    finding?.groups.map(({ what, count }) => [what, count]),
    [
      ['connection', 1],
      ['dead-socket', 2],
    ],
  );
});

test('a server at its limit has no connection left', () => {
  const fds = [...serverFds(), ...upTo(1_019).map(n => fd(4 + n, 'socket', 6_000 + n))];
  const [finding] = found(leaking(upTo(1_010), { after: snapshot([serverProcess({ fds })]) }));
  assert.equal(finding?.connectionsLeft, 0);
});

test('files that stopped growing at the limit are a leak', () => {
  const fds = upTo(1_023).map(number => fd(number, 'file'));
  const full = { after: snapshot([serverProcess({ fds })]) };
  const [finding] = found(grown('file', 900, [900, 900, 900], full));
  assert.equal(finding?.count, 900);
  assert.equal(finding?.connectionsLeft, 0);
});

test('files in doubt beside threads that are proved are not measured', () => {
  const threads = grown('thread', 10, [13, 16, 19]);
  const rounds = threads.rounds.map(round => ({
    ...round,
    counts: round.counts && { ...round.counts, file: 2 },
  }));
  const { check } = checkFds({ ...threads, rounds });
  assert.equal(check.status, 'not-measured');
});

test('clients side by side may overtake each other', () => {
  const connections = [10, 21, 30, 39, 50, 61].map(cycle => 10 + cycle);
  assert.equal(found(leaking(connections))[0]?.pattern?.kind, 'some');
  assert.deepEqual(found(leaking(connections, { concurrency: 2 }))[0]?.pattern, {
    kind: 'every-nth',
    step: 10,
    first: 10,
  });
});

test('where there is no limit, nothing is said of it', () => {
  const [finding] = found(leaking([11], { fdLimit: undefined }));
  assert.equal(finding?.limit, undefined);
  assert.equal(finding?.connectionsLeft, undefined);
});

test('a server that spins over its forgotten sockets is told to', () => {
  const quiet = {
    from: snapshot([serverProcess({ cpuTicks: 0 })], { atMs: 0 }),
    to: snapshot([serverProcess({ cpuTicks: 30 })], { atMs: 300 }),
  };
  assert.equal(found(leaking([11], { quiet }))[0]?.spinning, true);
});

function found(evidence: Evidence): FdFinding[] {
  const { check, findings } = checkFds(evidence);
  assert.equal(check.status, 'fail');
  return findings.filter(finding => finding.kind === 'fd');
}

test('sockets in no table are tied to the confirming cycles in which their inodes were followed', () => {
  const dead = upTo(3).map(n => ({
    role: 'dead-socket' as const,
    inode: 7_000 + n,
    state: undefined,
    connection: undefined,
    descriptors: [{ pid: 4_242, number: 4 + n }],
  }));
  const followed = [1, 2, 3, 4].map(n => ({
    connection: 1_910 + n,
    descriptors: n % 2 === 0 ? [{ pid: 4_242, number: 10 + n }] : [],
  }));
  const { findings } = checkFds(
    grown('dead-socket', 30, [39, 48, 57], { held: dead, followed, settled: { ...settled } }),
  );
  const [finding] = findings;
  assert.deepEqual(finding?.kind === 'fd' && finding.groups[0]?.followed, {
    of: 4,
    keptCycles: [902, 904],
    pattern: { kind: 'only', cycles: [2, 4] },
    fdNumbers: [12, 14],
  });
});

test('files are named by the paths that are open more often than before, the most frequent first', () => {
  const file = (number: number, name: string) => ({ ...fd(number, 'file'), name });
  const had = serverProcess({ fds: [...serverFds(), file(7, '/a')] });
  const has = serverProcess({ fds: [...had.fds, file(8, '/a'), file(9, '/b'), file(10, '/b')] });
  const looks = { before: snapshot([had]), after: snapshot([has]) };
  const evidence = grown('file', 30, [39, 48, 57], { ...looks, settled });
  assert.deepEqual(found(evidence)[0]?.groups[0]?.names, [
    { name: '/b', count: 2 },
    { name: '/a', count: 1 },
  ]);
});

test('only a program that was executed with a connection has inherited it', () => {
  const pid = 4_243;
  const ofChild = (comm: string, number: number) => {
    const child = serverProcess({ pid, parentPid: 4_242, comm });
    const evidence = leaking([11], { after: snapshot([serverProcess(), child]) });
    const held = evidence.held.map(socket => ({ ...socket, descriptors: [{ pid, number }] }));
    return found({ ...evidence, held })[0]?.groups[0]?.inheritedBy;
  };
  assert.deepEqual(ofChild('sleep', 5), [{ pid, comm: 'sleep' }]);
  assert.equal(ofChild(serverProcess().comm, 5), undefined, 'a fork of the server');
  assert.equal(ofChild('sleep', 0), undefined, 'handed to it as its input');
});
