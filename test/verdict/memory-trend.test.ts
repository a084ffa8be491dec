import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Evidence, Round } from '../../src/verdict/evidence.js';
import type { MemoryJudgement } from '../../src/verdict/memory-judgement.js';
import { judgeMemory } from '../../src/verdict/memory-trend.js';
import { buildEvidence, round, serverProcess, snapshot } from '../support/evidence.js';

const PAGE = 4_096;
const MIB = 1_048_576;

type Runtime = Evidence['runtime'];
type State = MemoryJudgement['state'];

/** Memory by connections, after how many of them, in 24 rounds: what is said of it. */
const CURVES: ReadonlyArray<
  readonly [
    what: string,
    runtime: Runtime,
    connections: number,
    bytesAt: (connections: number) => number,
    state: State,
  ]
> = [
  ['nothing at all', 'native', 1_000, () => 2 * MIB, 'flat'],
  ['nothing at all', 'v8', 30_000, () => 40 * MIB, 'flat'],
  ['nothing at all, in too few to fill the room of a heap,', 'v8', 1_000, () => 40 * MIB, 'suspect'],
  ['200 B a connection', 'native', 1_000, n => 2 * MIB + 200 * n, 'suspect'],
  ['200 B a connection', 'native', 20_000, n => 2 * MIB + 200 * n, 'grows'],
  ['200 B a connection, a page at a time', 'native', 20_000, n => 2 * MIB + pages(200 * n), 'grows'],
  ['40 B a connection', 'native', 20_000, n => 2 * MIB + 40 * n, 'grows'],
  ['8 B a connection, too little to tell', 'native', 20_000, n => 2 * MIB + 8 * n, 'flat'],
  ['4 KiB a connection', 'v8', 20_000, n => 40 * MIB + 4_096 * n, 'suspect'],
  ['4 KiB a connection', 'v8', 100_000, n => 40 * MIB + 4_096 * n, 'grows'],
  ['150 B a connection, which is harmless', 'v8', 100_000, n => 40 * MIB + 150 * n, 'flat'],
  [
    'a cache that fills in the first quarter',
    'native',
    20_000,
    n => 2 * MIB + 500 * Math.min(n, 5_000),
    'flat',
  ],
  [
    '7 KiB a connection in a heap that doubles in leaps, and has just done so',
    'ghc',
    33_000,
    n => 15 * MIB * 2 ** Math.floor(Math.log2(Math.max(1, n / 1_000))),
    'suspect',
  ],
  [
    'the same in a heap whose trend is believed',
    'pypy',
    33_000,
    n => 15 * MIB * 2 ** Math.floor(Math.log2(Math.max(1, n / 1_000))),
    'suspect',
  ],
  [
    'a heap that grows to its size',
    'v8',
    100_000,
    n => 7 * MIB + 35 * MIB * (1 - Math.exp(-n / 12_000)),
    'flat',
  ],
  [
    'a heap that grows to its size in a straight line, as that of Node 24 does under TLS,',
    'v8',
    21_000,
    n => 28 * MIB + 5_670 * Math.min(n, 22_000),
    'suspect',
  ],
  [
    'the same heap, which has come to its size,',
    'v8',
    46_000,
    n => 28 * MIB + 5_670 * Math.min(n, 22_000),
    'flat',
  ],
  [
    'a cache that fills more and more slowly',
    'native',
    20_000,
    n => 2 * MIB + 8 * MIB * (1 - Math.exp(-n / 5_000)),
    'suspect',
  ],
  ['one step in the later half', 'native', 20_000, n => 2 * MIB + (n > 15_000 ? 2 * MIB : 0), 'suspect'],
  ['one huge page early on', 'native', 20_000, n => 2 * MIB + (n > 2_000 ? 2 * MIB : 0), 'flat'],
  ['a collector that comes by every fourth round', 'v8', 100_000, n => 40 * MIB + 100 * (n % 16_667), 'flat'],
  ['memory that is given back', 'native', 20_000, n => 8 * MIB - 200 * n, 'flat'],
];

for (const [what, runtime, connections, bytesAt, state] of CURVES) {
  test(`${what} over ${connections} connections of a ${runtime} server: ${state}`, () => {
    assert.equal(judgeMemory(evidenceOf(connections, runtime, bytesAt)).state, state);
  });
}

/** 4 KiB for each of 20 000 connections in 20 s, beside a timer: what is said of it. */
const TIMED: ReadonlyArray<
  readonly [what: string, dueMs: number | undefined, keptAt: (connections: number) => number, state: State]
> = [
  ['and no timer', undefined, n => n, 'grows'],
  ['and a timer that was over before the half that is judged', 5_000, n => n, 'grows'],
  ['and a timer that was over in the middle of that half', 15_000, n => n, 'suspect'],
  ['until that timer is over, in the middle of that half,', 15_000, n => Math.min(n, 15_000), 'suspect'],
  ['until a timer is over', 5_000, n => Math.min(n, 5_000), 'flat'],
];

for (const [what, dueMs, keptAt, state] of TIMED) {
  test(`4 KiB a connection ${what}: ${state}`, () => {
    assert.equal(judgeMemory(timed(dueMs, n => n, keptAt)).state, state);
  });
}

test('a timer that is what makes the difference is told', () => {
  const evidence = timed(
    15_000,
    n => n,
    n => n,
  );
  assert.deepEqual(judgeMemory(evidence).timer, { call: 'epoll_wait', dueAtMs: 15_000, dueMs: 15_000 });
});

test('connections that come faster and faster have more memory with a time to live, and more of a leak still', () => {
  const atMs = (connections: number) => 20_000 * Math.sqrt(connections / 20_000);
  const openedBy = (ms: number) => 20_000 * (Math.max(0, ms) / 20_000) ** 2;
  const living = timed(5_000, atMs, n => n - openedBy(atMs(n) - 5_000));
  assert.equal(judgeMemory({ ...living, own: undefined }).state, 'grows');
  assert.equal(judgeMemory(living).state, 'suspect');
  assert.equal(judgeMemory(timed(5_000, atMs, n => n)).state, 'grows');
});

function timed(
  dueMs: number | undefined,
  atMs: (connections: number) => number,
  keptAt: (connections: number) => number,
): Evidence {
  const rounds = roundsOf(20_000, 24, n => 12 * MIB + 4_096 * keptAt(n));
  return buildEvidence({
    ...{ connections: 20_000, runtime: 'cpython' },
    rounds: rounds.map(one => ({ ...one, atMs: atMs(one.connections) })),
    timer: dueMs === undefined ? undefined : { call: 'epoll_wait', dueAtMs: dueMs, dueMs },
  });
}

test('a small rise that was not decided in time is told by its bound', () => {
  const evidence = evidenceOf(1_000, 'native', n => 2 * MIB + 24 * n);
  assert.equal(judgeMemory(evidence).state, 'suspect');
  assert.equal(judgeMemory({ ...evidence, budgetSpent: true }).state, 'flat');
  const steep = evidenceOf(1_000, 'native', n => 2 * MIB + 240 * n);
  assert.equal(judgeMemory({ ...steep, budgetSpent: true }).state, 'suspect');
});

test('what it grew by, and the slope, are those of the later half', () => {
  const { trend, grown, perRound } = judgeMemory(evidenceOf(24_000, 'native', n => 2 * MIB + 100 * n));
  assert.equal(trend?.slope, 100);
  assert.equal(grown, 12_000 * 100);
  assert.deepEqual(perRound, Array(12).fill(100_000));
});

const COLLECTED: ReadonlyArray<
  readonly [what: string, collectionsAt: (connections: number) => number | undefined, state: State]
> = [
  ['that was not collected while it rose', n => (n > 42_000 ? 3 : 2), 'suspect'],
  ['that does not tell when it is collected', () => undefined, 'suspect'],
  ['that was collected twice while it rose', n => Math.floor(n / 33_000), 'suspect'],
  ['that went on rising although it was collected', n => Math.floor(n / 20_000), 'grows'],
];

for (const [what, collectionsAt, state] of COLLECTED) {
  test(`the heap of a JVM ${what}: ${state}`, () => {
    const rounds = roundsOf(147_000, 24, n => 24 * MIB + 1_952 * n).map(made => ({
      ...made,
      heap: heapOf(collectionsAt(made.connections)),
    }));
    assert.equal(judgeMemory(buildEvidence({ connections: 147_000, runtime: 'jvm', rounds })).state, state);
  });
}

test('a JVM that rises by much before it is warm is not accused, however often it was collected', () => {
  const rounds = roundsOf(12_000, 24, n => 24 * MIB + 1_952 * n).map(made => ({
    ...made,
    heap: heapOf(Math.floor(made.connections / 1_000)),
  }));
  assert.equal(judgeMemory(buildEvidence({ connections: 12_000, runtime: 'jvm', rounds })).state, 'suspect');
});

function heapOf(collections: number | undefined, keptBytes?: number): Round['heap'] {
  return collections === undefined ? undefined : { collections, keptBytes };
}

/** A JVM of level memory, collected every 5000 connections: what was left after so many of them. */
const KEPT: ReadonlyArray<
  readonly [
    what: string,
    connections: number,
    keptBytesAt: ((connections: number) => number) | undefined,
    state: State,
  ]
> = [
  ['that does not tell what it keeps', 48_000, undefined, 'suspect'],
  ['that keeps as much as ever', 48_000, () => 2 * MIB, 'flat'],
  ['that was collected once', 9_000, () => 2 * MIB, 'suspect'],
  ['that was collected twice', 14_000, () => 2 * MIB, 'flat'],
  ['that keeps 150 B of a connection, which is harmless', 48_000, n => 2 * MIB + 150 * n, 'flat'],
  ['that keeps 1 KiB of a connection', 48_000, n => 2 * MIB + 1_024 * n, 'grows'],
  ['that keeps 400 B of a connection', 96_000, n => 2 * MIB + 400 * n, 'grows'],
  ['that keeps 1 KiB of a connection, early on', 30_000, n => 2 * MIB + 1_024 * n, 'suspect'],
  ['that has filled a cache', 48_000, n => 2 * MIB + 1_024 * Math.min(n, 20_000), 'flat'],
  ['that fills a cache', 48_000, n => 2 * MIB + 1_024 * Math.max(0, n - 30_000), 'suspect'],
];

for (const [what, connections, keptBytesAt, state] of KEPT) {
  test(`a JVM ${what}, after ${connections} connections: ${state}`, () => {
    const rounds = roundsOf(connections, 48, () => 40 * MIB).map(made => {
      const collections = Math.floor(made.connections / 5_000);
      return {
        ...made,
        heap: heapOf(collections, collections ? keptBytesAt?.(5_000 * collections) : undefined),
      };
    });
    assert.equal(judgeMemory(buildEvidence({ connections, runtime: 'jvm', rounds })).state, state);
  });
}

/** A JVM of 200 MiB without its heap: what the heap has, how often it was collected, and what is outside. */
const RESIDENT: ReadonlyArray<
  readonly [
    what: string,
    residentBytesAt: (connections: number) => number,
    collections: number,
    outsideBytesAt: (connections: number) => number,
    state: State,
  ]
> = [
  ['that fills fresh pages with some garbage', n => MIB + 90 * n, 0, () => 0, 'flat'],
  ['that fills fresh pages with much', n => MIB + 900 * n, 0, () => 0, 'suspect'],
  ['that had its pages before', () => MIB, 0, () => 0, 'suspect'],
  ['that was collected before', n => MIB + 90 * n, 1, () => 0, 'suspect'],
  ['that fills some pages, and more outside', n => MIB + 90 * n, 0, n => 300 * n, 'suspect'],
];

for (const [what, residentBytesAt, collections, outsideBytesAt, state] of RESIDENT) {
  test(`a JVM ${what}: ${state}`, () => {
    const rounds = roundsOf(20_000, 24, n => 200 * MIB + residentBytesAt(n) + outsideBytesAt(n)).map(
      made => ({
        ...made,
        heap: { collections, keptBytes: undefined, residentBytes: residentBytesAt(made.connections) },
      }),
    );
    assert.equal(judgeMemory(buildEvidence({ connections: 20_000, runtime: 'jvm', rounds })).state, state);
  });
}

test('what a JVM keeps outside of its heap is judged without the garbage in it', () => {
  const judged = [0, 500].map(outside => {
    const garbage = (n: number) => (7_919 * n) % (30 * MIB);
    const rounds = roundsOf(60_000, 48, n => 200 * MIB + garbage(n) + outside * n).map(made => ({
      ...made,
      heap: {
        collections: Math.floor(made.connections / 5_000),
        keptBytes: 2 * MIB,
        residentBytes: garbage(made.connections),
      },
    }));
    return judgeMemory(buildEvidence({ connections: 60_000, runtime: 'jvm', rounds })).state;
  });
  assert.deepEqual(judged, ['flat', 'grows']);
});

const TOUCHED: ReadonlyArray<
  readonly [what: string, touchedBytesAt: (connections: number) => number | undefined, state: State]
> = [
  ['of which the same pages are used all the time', () => 90_000, 'flat'],
  ['of which cannot be told what is used', () => undefined, 'flat'],
  ['of which some pages are used once more', n => (n > 300 ? 98_304 : 90_112), 'flat'],
  ['of which ever more is used, in room that it had', n => 90_000 + pages(80 * n), 'suspect'],
];

for (const [what, touchedBytesAt, state] of TOUCHED) {
  test(`a level ${what}: ${state}`, () => {
    const rounds = roundsOf(1_000, 24, () => 2 * MIB).map(made => ({
      ...made,
      touchedBytes: touchedBytesAt(made.connections),
    }));
    const { state: told, bound = 0 } = judgeMemory(buildEvidence({ connections: 1_000, rounds }));
    assert.equal(told, state);
    assert.equal(bound >= 80, state === 'suspect');
  });
}

/** A process of 30 MiB that copies its heap, and had used 50 of it since the warm-up when the first room was full. */
const ROOM: ReadonlyArray<
  readonly [what: string, connections: number, bytesAt: (connections: number) => number, state: State]
> = [
  ['that may hide 5 KiB of each connection', 10_000, () => 50 * MIB, 'suspect'],
  ['that can hide but 350 B of each', 150_000, () => 50 * MIB, 'flat'],
  ['that 400 B of each have filled, and more', 150_000, n => 50 * MIB + 400 * n, 'suspect'],
  ['that goes up and down within it', 150_000, n => 50 * MIB + 7_000 * (n % 4_000), 'flat'],
];

for (const [what, connections, usedBytesAt, state] of ROOM) {
  test(`a heap that is copied, with room ${what}, after ${connections} connections: ${state}`, () => {
    const rounds = roundsOf(connections, 24, n => 30 * MIB + usedBytesAt(n)).map(made => ({
      ...made,
      touchedBytes: (made.anonBytes ?? 0) - 30 * MIB,
    }));
    assert.equal(judgeMemory(buildEvidence({ connections, runtime: 'sbcl', rounds })).state, state);
  });
}

test('what a heap had for a moment within a round bounds what it keeps', () => {
  const rounds = roundsOf(20_000, 24, () => 60 * MIB);
  const last = rounds.pop();
  assert.ok(last);
  const judged = (lowest: Round['lowest']) =>
    judgeMemory(
      buildEvidence({ connections: 20_000, runtime: 'sbcl', rounds: [...rounds, { ...last, lowest }] }),
    );
  assert.equal(judged(undefined).state, 'suspect');
  assert.equal(judged({ connections: 19_000, anonBytes: 5 * MIB }).state, 'flat');
});

test('a process whose used pages the kernel has forgotten is judged by those that were never used', () => {
  const rounds = roundsOf(150_000, 24, n => 30 * MIB + 400 * n).map((made, index) => ({
    ...made,
    touchedBytes: index < 20 ? (made.anonBytes ?? 0) - 10 * MIB : 4_096,
  }));
  const { state, bound = 0 } = judgeMemory(buildEvidence({ connections: 150_000, runtime: 'sbcl', rounds }));
  assert.equal(state, 'suspect');
  assert.ok(bound > 500, `${bound}`);
});

test('each worker of a runtime gets its own warm-up, the primary above them none', () => {
  const primary = serverProcess({ pid: 10 });
  const workers = [11, 12].map(pid => serverProcess({ pid, parentPid: 10 }));
  for (const [connections, processes, state] of [
    [90_000, [primary], 'grows'],
    [90_000, [primary, ...workers], 'suspect'],
    [170_000, [primary, ...workers], 'grows'],
  ] as const) {
    const rounds = roundsOf(connections, 24, n => 40 * MIB + 922 * n);
    const evidence = buildEvidence({ connections, runtime: 'v8', rounds, before: snapshot(processes) });
    assert.equal(judgeMemory(evidence).state, state, `${connections}`);
  }
});

const UNMEASURED: ReadonlyArray<readonly [what: string, rounds: readonly Round[]]> = [
  ['no rounds', []],
  ['five rounds', roundsOf(5_000, 5, n => 200 * n)],
  ['rounds that could not be read', roundsOf(24_000, 24, () => undefined)],
  ['five rounds that could be read', roundsOf(24_000, 24, n => (n > 19_000 ? 200 * n : undefined))],
];

for (const [what, rounds] of UNMEASURED) {
  test(`memory with ${what} is not measured, and no fault`, () => {
    assert.equal(judgeMemory(buildEvidence({ rounds, connections: 24_000 })).state, 'unmeasured');
  });
}

test('a leak of the native kind is told the sooner the next round is long enough', () => {
  const { nextRoundCycles } = judgeMemory(evidenceOf(20_000, 'native', n => 200 * n));
  assert.ok(nextRoundCycles >= 500 && nextRoundCycles <= 20_000, `${nextRoundCycles}`);
});

const anyRuntime = fc.constantFrom<Runtime>('native', 'cpython', 'v8', 'jvm');
const anyNoise = fc.array(fc.integer({ min: 0, max: 200 * PAGE }), { minLength: 24, maxLength: 24 });

test('a level is flat, but in the heap of a JVM whose collections are not known', () => {
  fc.assert(
    fc.property(
      anyRuntime,
      fc.integer({ min: 25_000, max: 1_000_000 }),
      fc.nat(2 ** 40),
      (runtime, connections, level) => {
        assert.equal(
          judgeMemory(evidenceOf(connections, runtime, () => level)).state,
          runtime === 'jvm' ? 'suspect' : 'flat',
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('what never rises never grows', () => {
  fc.assert(
    fc.property(
      anyRuntime,
      anyNoise,
      fc.integer({ min: 24, max: 1_000_000 }),
      (runtime, noise, connections) => {
        const falling = [...noise].sort((a, b) => b - a);
        let index = 0;
        assert.notEqual(
          judgeMemory(evidenceOf(connections, runtime, () => falling[index++] ?? 0)).state,
          'grows',
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('noise around a level is not called growth', () => {
  fc.assert(
    fc.property(anyRuntime, anyNoise, (runtime, noise) => {
      let index = 0;
      const { state } = judgeMemory(evidenceOf(100_000, runtime, () => 40 * MIB + (noise[index++] ?? 0)));
      assert.notEqual(state, 'grows');
    }),
    // Chance alone makes one flat series in some hundreds rise: these are always the same.
    { numRuns: 200, seed: 1 },
  );
});

test('more memory in every round makes no difference to what grew, and none to what is flat', () => {
  fc.assert(
    fc.property(anyRuntime, anyNoise, fc.nat(2 ** 40), (runtime, noise, more) => {
      const judged = [0, more].map(plus => {
        let index = 0;
        return judgeMemory(evidenceOf(100_000, runtime, () => plus + (noise[index++] ?? 0)));
      });
      const [none, much] = judged.map(({ trend, bound, perRound, state }) => ({
        ...{ trend, bound, perRound },
        isFlat: state === 'flat',
      }));
      assert.deepEqual(none, much);
    }),
    { numRuns: 200 },
  );
});

function evidenceOf(
  connections: number,
  runtime: Runtime,
  bytesAt: (connections: number) => number,
): Evidence {
  return buildEvidence({ connections, runtime, rounds: roundsOf(connections, 24, bytesAt) });
}

function roundsOf(
  connections: number,
  count: number,
  bytesAt: (connections: number) => number | undefined,
): Round[] {
  return Array.from({ length: count }, (_, index) => {
    const at = Math.round((connections * (index + 1)) / count);
    return round({ connections: at, anonBytes: bytesAt(at) });
  });
}

function pages(bytes: number): number {
  return PAGE * Math.floor(bytes / PAGE);
}
