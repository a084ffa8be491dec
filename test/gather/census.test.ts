import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeCensus } from '../../src/gather/attribution.js';
import type { Census, HeldSocket, SocketRole } from '../../src/verdict/evidence.js';
import { census, fd, serverFds, serverProcess, snapshot } from '../support/evidence.js';

const before = snapshot([serverProcess()]);
const worker = serverProcess({
  pid: 4_243,
  parentPid: 4_242,
  threads: 4,
  mappings: 50,
  fds: [fd(0, 'file'), fd(1, 'eventfd')],
});

const TREES: ReadonlyArray<readonly [what: string, now: typeof before, counts: Partial<Census>]> = [
  ['a server that is as it was', before, {}],
  ['a file more', snapshot([serverProcess({ fds: [...serverFds(), fd(5, 'file')] })]), { file: 1 }],
  [
    'an eventfd and a timerfd more',
    snapshot([serverProcess({ fds: [...serverFds(), fd(5, 'eventfd'), fd(6, 'timerfd')] })]),
    { eventfd: 1, timerfd: 1 },
  ],
  [
    'a pipe more, whose ends are one thing',
    snapshot([serverProcess({ fds: [...serverFds(), fd(5, 'pipe', 950), fd(6, 'pipe', 950)] })]),
    { pipe: 3 },
  ],
  [
    'a socket more, which is counted by its role only',
    snapshot([serverProcess({ fds: [...serverFds(), fd(5, 'socket', 7_000)] })]),
    {},
  ],
  ['three threads more', snapshot([serverProcess({ threads: 4 })]), { thread: 4 }],
  ['mappings more', snapshot([serverProcess({ mappings: 47 })]), { mapping: 47 }],
  [
    'mappings, but for those that are kept for later threads',
    snapshot([serverProcess({ mappings: 47, spareMappings: 10 })]),
    { mapping: 37 },
  ],
  [
    'mappings that cannot be read any more',
    snapshot([serverProcess({ mappings: undefined })]),
    { mapping: 0 },
  ],
  ['a child, with all that it has one event', snapshot([serverProcess(), worker]), { child: 1 }],
  [
    'another process in the place of the first, which counts as it was,',
    snapshot([serverProcess({ startTicks: 2_000 })]),
    {},
  ],
  ['nobody, who had what they had,', snapshot([]), {}],
  [
    'a zombie',
    snapshot([serverProcess()], { zombies: [{ pid: 9, startTicks: 5, parentPid: 4_242, exitCode: 0 }] }),
    { zombie: 1 },
  ],
];

for (const [what, now, counts] of TREES) {
  test(`${what} is counted`, () => {
    assert.deepEqual(takeCensus(before, now, []), census(counts));
  });
}

test('zombies are those that nobody has waited for yet, whoever they are', () => {
  const [first, second, third] = [6, 7, 8].map(startTicks => ({ pid: 9, startTicks, parentPid: 4_242 }));
  assert.ok(first && second && third);
  const one = snapshot([serverProcess()], { zombies: [first] });
  assert.equal(takeCensus(one, one, []).zombie, 0);
  const another = snapshot([serverProcess()], { zombies: [second] });
  assert.equal(takeCensus(one, another, []).zombie, 0, 'the first was waited for when the second ended');
  const both = snapshot([serverProcess()], { zombies: [second, third] });
  assert.equal(takeCensus(one, both, []).zombie, 1);
});

test('a worker that took the place of another is no child more', () => {
  const master = serverProcess();
  const pool = snapshot([master, worker]);
  assert.equal(takeCensus(pool, snapshot([master, { ...worker, pid: 4_250 }]), []).child, 0);
  assert.equal(takeCensus(pool, snapshot([master]), []).child, 0);
});

/** Who holds a new socket (pids), and as what it is counted. */
const SOCKETS: ReadonlyArray<readonly [role: SocketRole, holders: number[], counts: Partial<Census>]> = [
  ['connection', [4_242], {}],
  ['other-client', [4_242], {}],
  ['dead-socket', [4_242], { 'dead-socket': 1 }],
  ['upstream', [4_242], { upstream: 1 }],
  ['other-socket', [4_242], { 'other-socket': 1 }],
  ['upstream', [4_242, 4_243], { upstream: 1 }],
  ['upstream', [4_243], {}],
  ['other-socket', [4_243], {}],
  ['dead-socket', [4_243], { 'dead-socket': 1 }],
];

for (const [role, holders, counts] of SOCKETS) {
  const who = holders.map(pid => (pid === 4_243 ? 'a new child' : 'the server')).join(' and ');
  test(`a new socket of the role ${role} that ${who} has is counted as ${Object.keys(counts)[0] ?? 'nothing'}`, () => {
    const socket: HeldSocket = {
      role,
      inode: 7_000,
      state: undefined,
      connection: undefined,
      descriptors: holders.map(pid => ({ pid, number: 5 })),
    };
    const expected = { ...census(), child: 1, ...counts };
    assert.deepEqual(takeCensus(before, snapshot([serverProcess(), worker]), [socket]), expected);
  });
}
