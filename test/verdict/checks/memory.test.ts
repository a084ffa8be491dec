import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMemory, privateBytes } from '../../../src/verdict/checks/memory.js';
import type { Evidence, Round } from '../../../src/verdict/evidence.js';
import type { Check } from '../../../src/verdict/finding.js';
import type { Note } from '../../../src/verdict/note.js';
import { buildEvidence, leaking, rounds, serverProcess, snapshot } from '../../support/evidence.js';

const MIB = 1_048_576;
const leaky = (n: number) => 2 * MIB + 200 * n;
const rising = rounds(leaky);
const late = { state: 'back', lastChangeMs: 700, tookMs: 700, asleep: false } as const;
const wavering = rounds(n => 2 * MIB + ((n * 7_919) % 400_009));
const unread: readonly Round[] = rounds().map(round => ({ ...round, anonBytes: undefined }));
/** Twenty times as many connections: more than a native server takes to warm up. */
const long = rounds().map(round => ({
  ...round,
  connections: 20 * round.connections,
  anonBytes: leaky(20 * round.connections),
}));

/** Of a program with malloc. */
function inDoubt(bound: number, perCycle: number): Note {
  const grown = perCycle * 958;
  return {
    note: 'memory-undecided',
    ...{ bound, grown, perCycle, isCollected: false, cycles: 100_000 },
  };
}

const CASES: ReadonlyArray<
  readonly [
    what: string,
    evidence: Evidence,
    status: Check['status'],
    bound: number | undefined,
    notes: Note[],
  ]
> = [
  ['that is level', buildEvidence(), 'pass', 0, []],
  ['that could not be read', buildEvidence({ rounds: unread }), 'not-measured', undefined, []],
  [
    'that a checker keeps, which says at the end what was lost',
    buildEvidence({ rounds: unread, checker: { name: 'valgrind', isHeard: true } }),
    'not-measured',
    undefined,
    [{ note: 'memory-checked', checker: { name: 'valgrind', isHeard: true } }],
  ],
  [
    'that a checker keeps, which nobody hears',
    buildEvidence({ rounds: unread, checker: { name: 'sanitizer', isHeard: false } }),
    'undecided',
    undefined,
    [{ note: 'memory-checked', checker: { name: 'sanitizer', isHeard: false } }],
  ],
  ['that rises in a short run', buildEvidence({ rounds: rising }), 'undecided', 200, [inDoubt(200, 200)]],
  ['that rises in a long run', buildEvidence({ rounds: long, connections: 20_200 }), 'fail', 200, []],
  [
    'that rises in a long run, and may have a time to live',
    buildEvidence({
      ...{ rounds: long, connections: 20_200 },
      timer: { call: 'epoll_wait', dueAtMs: 60_000, dueMs: 60_000 },
    }),
    'undecided',
    200,
    [
      {
        ...{ note: 'memory-timed', grown: 200 * 19_160, perCycle: 200, call: 'epoll_wait' },
        ...{ dueMs: 60_000, durationMs: 150_000 },
      },
    ],
  ],
  [
    'that was at rest once, of a server that closed late',
    buildEvidence({ settled: late, rounds: unread.with(-1, rounds()[23] as Round) }),
    'undecided',
    undefined,
    [{ note: 'memory-unrested' }],
  ],
  [
    'that moves up and down, of a server that closed later than is waited for',
    buildEvidence({ settled: { ...late, lastChangeMs: 2_000 }, rounds: wavering }),
    'undecided',
    712,
    [{ note: 'memory-unrested' }],
  ],
  [
    'that moves up and down, of a server that closed late and was waited for',
    buildEvidence({ settled: late, rounds: wavering }),
    'undecided',
    712,
    [inDoubt(712, 0)],
  ],
  [
    'that is level, of a JVM that was never collected',
    buildEvidence({ runtime: 'jvm' }),
    'undecided',
    undefined,
    [{ note: 'memory-uncollected', cycles: 100_000 }],
  ],
  [
    'that rises all the time, of a server that closed late',
    buildEvidence({ settled: late, rounds: rising }),
    'undecided',
    200,
    [inDoubt(200, 200)],
  ],
  ['that rises beside forgotten connections', leaking([11], { rounds: rising }), 'not-measured', 200, []],
];

for (const [what, evidence, status, bound, notes] of CASES) {
  test(`memory ${what} is ${status}`, () => {
    const { check, findings, notes: said } = checkMemory(evidence);
    assert.equal(check.status, status);
    assert.equal(check.bound, bound);
    assert.equal(findings.length, status === 'fail' ? 1 : 0);
    assert.deepEqual(said, notes);
  });
}

test('memory that grows is told by its slope and how sure it is', () => {
  const [finding] = checkMemory(buildEvidence({ rounds: long, connections: 20_200 })).findings;
  assert.ok(finding?.kind === 'memory');
  assert.deepEqual([finding.perCycle, finding.low, finding.high], [200, 200, 200]);
  assert.equal(
    finding.count,
    finding.perRound.reduce((sum, bytes) => sum + bytes, 0),
  );
});

test('memory that a JVM keeps in its heap is told by what its collections left', () => {
  const collected = long.map((round, index) => ({
    ...round,
    connections: 2 * round.connections,
    heap: { collections: 1 + Math.floor(index / 5), keptBytes: MIB + 4_000_000 * Math.floor(index / 5) },
  }));
  const evidence = buildEvidence({ rounds: collected, connections: 40_400, runtime: 'jvm' });
  const [finding] = checkMemory(evidence).findings;
  assert.ok(finding?.kind === 'memory');
  assert.deepEqual(finding.perRound, [4_000_000, 4_000_000, 4_000_000]);
  assert.equal(finding.count, 12_000_000);
  assert.ok(finding.low < finding.perCycle && finding.perCycle < finding.high);
});

test('memory of a tree is that of its processes, as far as it can be read', () => {
  const known = serverProcess({ anonBytes: 5 * MIB });
  const hidden = serverProcess({ pid: 2, anonBytes: undefined });
  assert.equal(privateBytes(snapshot([known, known])), 10 * MIB);
  assert.equal(privateBytes(snapshot([known, hidden])), 5 * MIB);
  assert.equal(privateBytes(snapshot([hidden])), undefined);
  assert.equal(privateBytes(snapshot([])), undefined);
});
