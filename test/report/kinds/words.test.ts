import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CENSUS_NAMES, nameOf, type Unit } from '../../../src/report/counts.js';
import { wordsFor } from '../../../src/report/kinds/registry.js';
import { tell } from '../../../src/report/kinds/words.js';
import { CENSUS_KEYS } from '../../../src/verdict/evidence.js';
import type {
  CrashFinding,
  FdFinding,
  Finding,
  HangFinding,
  HeldGroup,
  RefusedFinding,
  RestartFinding,
} from '../../../src/verdict/finding.js';
import { isDescriptor } from '../../../src/verdict/recurrence.js';
import { upTo } from '../../support/evidence.js';
import { FINDINGS } from '../../support/findings.js';

/** What is said of a finding about a server of which nothing more is known. */
function told(finding: Finding, unit: Unit = 'cycle') {
  return tell(wordsFor(finding), finding, { unit, server: 'unknown' });
}

const group: HeldGroup = {
  what: 'connection',
  state: 'CLOSE_WAIT',
  count: 1_010,
  descriptors: 1_010,
  pids: [4_242],
  fdNumbers: upTo(1_010).map(n => n + 7),
  pattern: { kind: 'every' },
  inWarmup: 10,
  perRound: [],
};
const fd: FdFinding = {
  kind: 'fd',
  severity: 'fail',
  count: 1_010,
  perCycle: 1,
  inWarmup: 10,
  fdsBefore: 7,
  fdsAfter: 1_017,
  groups: [group],
  pattern: { kind: 'every' },
  limit: 1_024,
  connectionsLeft: 7,
  spinning: false,
};

const FD_TITLES: ReadonlyArray<readonly [different: Partial<FdFinding>, title: string]> = [
  [{}, 'fds 7 → 1017 (10 of them in the warm-up), one on every cycle'],
  [{ inWarmup: 0, pattern: { kind: 'only', cycles: [512] }, fdsAfter: 8 }, 'fds 7 → 8, only on cycle 512'],
  [{ inWarmup: 0, pattern: undefined, perCycle: 0.01 }, 'fds 7 → 1017, one on about every 100 cycles'],
  [{ inWarmup: 0, pattern: undefined, perCycle: 2 }, 'fds 7 → 1017, 2 per cycle'],
  [{ inWarmup: 0, pattern: undefined, perCycle: 1.96 }, 'fds 7 → 1017, 2 per cycle'],
  [{ inWarmup: 0, pattern: undefined, perCycle: 0.99 }, 'fds 7 → 1017, 1 per cycle'],
];

for (const [different, title] of FD_TITLES) {
  test(title, () => {
    assert.equal(told({ ...fd, ...different }).title, title);
  });
}

test('what is lost on most cycles is not said to be lost on every one', () => {
  for (const perCycle of [0.7, 0.8, 0.9]) {
    assert.doesNotMatch(told({ ...fd, pattern: undefined, perCycle }).title, /every 1 cycles/);
  }
});

const GROUPS: ReadonlyArray<readonly [different: Partial<HeldGroup>, line: string]> = [
  [{}, '1010 × TCP socket in CLOSE_WAIT (fd 8 … 1017): the client closed, the server never called close()'],
  [
    { count: 1, descriptors: 1, fdNumbers: [8] },
    '1 × TCP socket in CLOSE_WAIT (fd 8): the client closed, the server never called close()',
  ],
  [
    { count: 1, descriptors: 2, fdNumbers: [8, 9] },
    '1 × TCP socket in CLOSE_WAIT (fd 8 … 9), 2 descriptors: the client closed, the server never called close()',
  ],
  [
    { count: 2, descriptors: 2, pids: [5, 6], fdNumbers: [8, 8] },
    '2 × TCP socket in CLOSE_WAIT (pid 5, 6): the client closed, the server never called close()',
  ],
  [
    { what: 'outside', count: 6, descriptors: 6, pids: [1, 2, 3, 4, 5, 6], fdNumbers: [] },
    '6 × TCP socket in CLOSE_WAIT (pid 1, 2, 3, 4 and 2 more): held by pid 1, 2, 3, 4 and 2 more, which is not below the server',
  ],
  [
    { what: 'nowhere', count: 6, descriptors: 6, pids: [], fdNumbers: [] },
    '6 × TCP socket in CLOSE_WAIT: open in the kernel, held by no descriptor that can be seen',
  ],
  [
    {
      what: 'dead-socket',
      state: undefined,
      count: 6,
      descriptors: 6,
      fdNumbers: [8, 13],
      perRound: [2, 2, 2],
    },
    '6 × sockets without a connection (fd 8 … 13) +2 +2 +2: the connection was reset and is in no table of the kernel, the server never called close()',
  ],
  [
    { what: 'file', state: undefined, count: 1, descriptors: 1, fdNumbers: [], perRound: [1] },
    '1 × file (pid 4242) +1: opened for a connection and kept after it',
  ],
  [
    { what: 'upstream', state: undefined, count: 2, descriptors: 2, fdNumbers: [8, 9] },
    '2 × TCP connections to another server (fd 8 … 9): opened for a connection of ours and kept',
  ],
];

for (const [different, line] of GROUPS) {
  test(line, () => {
    assert.equal(told({ ...fd, groups: [{ ...group, ...different }], limit: undefined }).evidence[0], line);
  });
}

test('of several groups each says on which cycles', () => {
  const other: HeldGroup = { ...group, state: 'ESTABLISHED', pattern: { kind: 'only', cycles: [1] } };
  const lines = told({ ...fd, groups: [group, other], limit: undefined }).evidence;
  assert.ok(lines[0]?.includes(', one on every cycle:'));
  assert.ok(lines[1]?.includes(', only on cycle 1:'));
});

const LIMITS: ReadonlyArray<readonly [different: Partial<FdFinding>, lines: string[]]> = [
  [{}, ['limit 1024: accept() fails with EMFILE after 7 more connections']],
  [{ connectionsLeft: 1 }, ['limit 1024: accept() fails with EMFILE after 1 more connection']],
  [{ connectionsLeft: 0 }, ['limit 1024: reached; accept() answers EMFILE']],
  [{ limit: undefined }, []],
  [{ connectionsLeft: undefined }, []],
  [
    { limit: undefined, spinning: true },
    [
      'the server keeps a CPU busy although nobody talks to it: its loop is woken by an end of file that it ignores',
    ],
  ],
];

for (const [different, lines] of LIMITS) {
  test(`with ${JSON.stringify(different)} the evidence goes on: ${lines[0] ?? 'nothing'}`, () => {
    assert.deepEqual(told({ ...fd, ...different }).evidence.slice(1), lines);
  });
}

for (const what of [
  'connection',
  'outside',
  'nowhere',
  ...CENSUS_KEYS.filter(isDescriptor),
] as HeldGroup['what'][]) {
  test(`of what is held as ${what} there is a cause and a place to look at`, () => {
    const finding = { ...fd, groups: [{ ...group, what }] };
    assert.ok(told(finding).cause.length > 20);
    assert.match(told(finding).advice, /^look at: .{15}/);
    assert.doesNotMatch(told(finding).cause + told(finding).advice, /undefined/);
  });
}

const growth = { ...FINDINGS.thread, count: 1_000, perCycle: 1, perRound: [300, 300, 300] };

test('growth is told with the rounds that confirmed it, and the limit that it runs into', () => {
  assert.equal(told(growth).title, 'threads: 1000 more, 1 per cycle');
  assert.deepEqual(told(growth).evidence, ['grew again in every confirming round: +300 +300 +300']);
  assert.deepEqual(told({ ...growth, kind: 'mapping', limit: 65_530, connectionsLeft: 30_850 }).evidence, [
    'grew again in every confirming round: +300 +300 +300',
    'limit 65530: reached after 30\u00a0850 more connections',
  ]);
});

test('memory is told per cycle, with how sure that is', () => {
  const memory = {
    ...FINDINGS.memory,
    ...{ count: 2_097_152, perCycle: 210, low: 180, high: 240, perRound: [4_096, -4_096, 0] },
  };
  assert.equal(told(memory).title, 'memory grows by 210 B/cycle (2.0 MiB so far)');
  assert.deepEqual(told(memory).evidence, [
    'between 180 and 240 B/cycle (95 %), by round: +4.0 KiB  -4.0 KiB  +0 B',
  ]);
});

const crash: CrashFinding = {
  ...FINDINGS.crash,
  ...{ count: 1, perCycle: 0.001, cycles: [510, 512], connections: [520, 522] },
};

const CRASHES: ReadonlyArray<readonly [different: Partial<CrashFinding>, title: string, evidence: string[]]> =
  [
    [
      {},
      'process 4242 died on cycle 510 … 512',
      ['that is connection 520 … 522 since the run began, the warm-up counted'],
    ],
    [
      { cycles: [512, 512], connections: [522, 522] },
      'process 4242 died on cycle 512',
      ['that is connection 522 since the run began, the warm-up counted'],
    ],
    [
      { cycles: [1, 4], connections: [1, 4], phase: 'warm-up' },
      'process 4242 died on cycle 1 … 4 of the warm-up',
      ['that is connection 1 … 4 since the run began, the warm-up counted'],
    ],
    [{ cycles: undefined, connections: undefined, pids: [7, 8] }, 'process 7, 8 died', []],
  ];

for (const [different, title, evidence] of CRASHES) {
  test(title, () => {
    assert.equal(told({ ...crash, ...different }).title, title);
    assert.deepEqual(told({ ...crash, ...different }).evidence, evidence);
  });
}

const hang: HangFinding = { ...FINDINGS.hang, count: 5 };

const HANGS: ReadonlyArray<readonly [different: Partial<HangFinding>, title: string, cause: RegExp]> = [
  [{}, 'the server accepts nothing: accepted 0 of 5', /does not call accept\(\)$/],
  [{ accepted: 12, connected: 17 }, 'the server stopped accepting: accepted 12 of 17', /any more/],
  [
    { accepted: 12, connected: 17, atFdLimit: true },
    'the server stopped accepting at its fd limit: accepted 12 of 17',
    /EMFILE/,
  ],
];

for (const [different, title, cause] of HANGS) {
  test(title, () => {
    assert.equal(told({ ...hang, ...different }).title, title);
    assert.match(told({ ...hang, ...different }).cause, cause);
    assert.match(told({ ...hang, ...different }).evidence[0] ?? '', /^5 connections wait .* for 5\.0 s/);
  });
}

test('a refusal is told by kind, and when the listener is gone, by that', () => {
  const refused: RefusedFinding = {
    ...FINDINGS.refused,
    ...{ count: 600, failures: { refused: 500, reset: 100 }, firstCycle: 3, phase: 'warm-up' },
  };
  assert.equal(told(refused).title, '600 of 1000 connections failed');
  assert.equal(told(refused).cause, '500 refused, 100 reset, although the server lives');
  assert.deepEqual(told(refused).evidence, ['the first was cycle 3 of the warm-up']);
  assert.match(told({ ...refused, listenerGone: true }).cause, /does not listen any more/);
});

test('a worker that was replaced is told with its successor', () => {
  const { watched, ...unwatched } = FINDINGS.restart;
  const restart: RestartFinding = { ...unwatched, count: 1, workers: [{ pid: 7, replacedBy: 8 }] };
  assert.equal(told(restart).title, '1 worker process ended and was replaced');
  assert.equal(told({ ...restart, count: 2 }).title, '2 worker processes ended and were replaced');
  assert.deepEqual(told(restart).evidence, ['pid 7, replaced by 8']);
  assert.deepEqual(told({ ...restart, workers: [{ pid: 7, replacedBy: 8, signal: 11 }] }).evidence, [
    'pid 7 ended by SIGSEGV, replaced by 8',
  ]);
  assert.match(told({ ...restart, cutOff: 3 }).cause, /^3 cycles were cut off/);
  assert.match(told(restart).cause, /cause is not observable from outside$/);
  assert.match(
    told({ ...restart, watched: 300 }).cause,
    /not observable from outside: of 300 connections that waited for an answer none was cut off$/,
  );
  assert.match(
    told({ ...restart, workers: [{ pid: 7, replacedBy: 8, signal: 11 }] }).cause,
    /^a worker crashed/,
  );
});

test('one of a thing and many of it have different names', () => {
  for (const key of CENSUS_KEYS) assert.notEqual(nameOf(key, 1), nameOf(key, 2));
  assert.equal(nameOf('child', 0), CENSUS_NAMES.child[1]);
});

const FOLLOWED: ReadonlyArray<readonly [followed: HeldGroup['followed'], line: string | undefined]> = [
  [
    { of: 20, keptCycles: upTo(20).map(n => n + 300), pattern: { kind: 'every' }, fdNumbers: upTo(20) },
    '20 of 20 followed connections were kept: confirming cycles 301 … 320 (fd 1 … 20)',
  ],
  [
    {
      of: 60,
      keptCycles: [310, 330, 350],
      pattern: { kind: 'every-nth', step: 20, first: 10 },
      fdNumbers: [20, 21, 22],
    },
    '3 of 60 followed connections were kept, one on every 20th: confirming cycles 310, 330, 350 (fd 20, 21, 22)',
  ],
  [
    { of: 20, keptCycles: [307], pattern: { kind: 'only', cycles: [7] }, fdNumbers: [9] },
    '1 of 20 followed connections was kept: confirming cycle 307 (fd 9)',
  ],
  [
    {
      of: 20,
      keptCycles: [301, 302, 305, 309, 312],
      pattern: { kind: 'some', first: 1, last: 12 },
      fdNumbers: [5, 6, 7, 8, 12],
    },
    '5 of 20 followed connections were kept: confirming cycles 301, 302, 305 … 312 (fd 5, 6, 7 … 12)',
  ],
  [{ of: 20, keptCycles: [], pattern: { kind: 'only', cycles: [] }, fdNumbers: [] }, undefined],
];

for (const [followed, line] of FOLLOWED) {
  test(line ?? 'of followed connections that were all closed nothing is said', () => {
    const dead: HeldGroup = { ...group, what: 'dead-socket', state: undefined, followed };
    assert.equal(told({ ...fd, groups: [dead], limit: undefined }).evidence[1], line);
  });
}

const UNITS: ReadonlyArray<readonly [what: string, finding: Finding, told: RegExp, never: RegExp]> = [
  ['every one', fd, /one on every connection$/, /cycle/],
  ['a rate', growth, /1 per connection$/, /cycle/],
  ['a death', crash, /on connection 510 … 512$/, /cycle/],
];

for (const [what, finding, words, never] of UNITS) {
  test(`where others make the connections, ${what} is told of them`, () => {
    const { title, cause, advice, evidence } = told(finding, 'connection');
    assert.match(title, words);
    assert.doesNotMatch([title, cause, advice, ...evidence].join('\n'), never);
  });
}
