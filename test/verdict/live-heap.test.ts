import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveHeap } from '../../src/gather/live-heap.js';
import { nextConfirmingRound } from '../../src/verdict/confirmation.js';
import type { Evidence } from '../../src/verdict/evidence.js';
import { judge } from '../../src/verdict/judge.js';
import type { MemoryJudgement } from '../../src/verdict/memory-judgement.js';
import { judgeMemory } from '../../src/verdict/memory-trend.js';
import { buildEvidence, round } from '../support/evidence.js';
import { DEFAULT_POLICY } from '../support/report.js';

const MIB = 1_048_576;
const KIB = 1_024;

interface Case {
  readonly what: string;
  /** What is alive after so many connections, and after so many milliseconds. */
  readonly bytesAt: (connections: number, ms: number) => number;
  readonly outsideAt?: (connections: number) => number;
  readonly timer?: LiveHeap['timer'];
  readonly perSecond?: (connections: number) => number;
  readonly state: MemoryJudgement['state'];
  readonly within: number;
}

const CASES: readonly Case[] = [
  { what: 'a clean server is proved clean', bytesAt: () => 6 * MIB, state: 'flat', within: 6_000 },
  {
    what: 'so is one in which V8 compiles, and takes notes of that in the first 12 000',
    bytesAt: n => 6 * MIB + 18 * Math.min(n, 12_000),
    ...{ state: 'flat', within: 12_000 },
  },
  {
    what: 'a session of 64 B, with what a Map takes for it, is a leak',
    bytesAt: n => 6 * MIB + 140 * n,
    ...{ state: 'grows', within: 25_000 },
  },
  {
    what: '1 KiB of each is one sooner',
    bytesAt: n => 6 * MIB + KIB * n,
    ...{ state: 'grows', within: 14_000 },
  },
  {
    what: '20 KiB of each, and of a heap that has grown already',
    bytesAt: n => 184 * MIB + 20 * KIB * n,
    ...{ state: 'grows', within: 8_000 },
  },
  {
    what: 'a leak of one connection in ten',
    bytesAt: n => 6 * MIB + KIB * Math.floor(n / 10),
    ...{ state: 'grows', within: 25_000 },
  },
  {
    what: 'memory with a time to live is none before that is over',
    bytesAt: (n, ms) => 6 * MIB + KIB * (n - 4 * Math.max(0, ms - 30_000)),
    timer: { call: 'setTimeout', ms: 30_000 },
    ...{ state: 'suspect', within: 30_000 },
  },
  {
    what: 'a leak beside an interval of a second is one all the same',
    bytesAt: n => 6 * MIB + KIB * n,
    timer: { call: 'setInterval', ms: 1_000 },
    ...{ state: 'grows', within: 25_000 },
  },
  {
    what: 'what lives for a second is none, though connections come ever faster',
    bytesAt: n => 6 * MIB + KIB * (1_000 + n / 10),
    perSecond: n => 1_000 + n / 10,
    timer: { call: 'setTimeout', ms: 1_000 },
    ...{ state: 'suspect', within: 30_000 },
  },
  {
    what: 'memory that grows outside of the heap alone is not passed',
    bytesAt: () => 6 * MIB,
    outsideAt: n => 4 * MIB + 400 * n,
    ...{ state: 'suspect', within: 30_000 },
  },
];

for (const { what, within, state, ...one } of CASES)
  test(`of what is alive in a heap: ${what}`, () => {
    const evidence = runOf(one, within);
    const memory = judgeMemory(evidence);
    assert.equal(memory.state, state, JSON.stringify(memory.heap));
    assert.ok(evidence.connections <= within, String(evidence.connections));
  });

/** Larger ones rise in a straight line for so long that nobody can tell them from a leak. */
const CACHES: ReadonlyArray<readonly [entries: number, bytes: number]> = [
  [500, 40 * KIB],
  [2_000, 200],
  [4_000, 16 * KIB],
  [5_000, KIB],
  [10_000, 100],
  [10_000, 2 * KIB],
  [12_000, 2 * KIB],
  [20_000, 100],
  [20_000, 400],
];

for (const [entries, bytes] of CACHES)
  test(`a cache that fills, of ${entries} entries of ${bytes} B, is accused at no time`, () => {
    const bytesAt = (connections: number) => 6 * MIB + bytes * Math.min(connections, entries);
    runOf({ bytesAt }, 100_000, evidence => assert.notEqual(judgeMemory(evidence).state, 'grows'));
  });

/** Up to these bounds: of more places, or of more bytes, they rise for so long that nobody can tell them from a leak. */
for (const [places, bytes] of [
  [9_000, 200],
  [10_000, 200],
  [12_000, 600],
] as const)
  test(`a cache of ${places} places of ${bytes} B that is filled at random, ever more slowly, is accused at no time`, () => {
    const bytesAt = (connections: number) => 6 * MIB + bytes * places * (1 - Math.exp(-connections / places));
    runOf({ bytesAt }, 100_000, evidence => assert.notEqual(judgeMemory(evidence).state, 'grows'));
  });

test('a cache that was filled is not accused for one reading that is too high, either', () => {
  for (const entries of [10_000, 12_000, 14_000]) {
    const cached = (connections: number) => 6 * MIB + 100 * Math.min(connections, entries);
    const bytesAt = (connections: number) => cached(connections) + (connections >= 25_000 ? 200 * KIB : 0);
    runOf({ bytesAt }, 26_000, evidence => assert.notEqual(judgeMemory(evidence).state, 'grows'));
  }
});

test('what is alive is asked for once the pages have not decided, and not where it was refused', () => {
  const inDoubt = buildEvidence({
    runtime: 'v8',
    rounds: [round({ phase: 'cycles', connections: 1_010, anonBytes: 40 * MIB })],
  });
  assert.equal(nextConfirmingRound(inDoubt)?.collects, undefined);
  const { own } = inDoubt;
  const withHeap = (refused: string | undefined): Evidence => ({
    ...inDoubt,
    own: own && { ...own, liveHeap: { readings: [], timer: undefined, refused } },
  });
  assert.equal(nextConfirmingRound(withHeap(undefined))?.collects, true);
  assert.equal(nextConfirmingRound(withHeap('No.'))?.collects, undefined);
  const { notes } = judge(withHeap('No.'), DEFAULT_POLICY);
  assert.ok(notes.some(note => note.note === 'heap-unread' && note.why === 'No.'));
});

test('a leak in the heap is told with the bytes that stay, and a rise in doubt with how many cycles decide it', () => {
  const bytesAt = (connections: number) => 6 * MIB + KIB * connections;
  const [finding] = judge(runOf({ bytesAt }, 14_000), DEFAULT_POLICY).findings;
  assert.ok(finding?.kind === 'memory');
  assert.ok(Math.abs(finding.perCycle - KIB) < 20, String(finding.perCycle));
  const doubt = judge(runOf({ bytesAt }, 6_000), DEFAULT_POLICY);
  assert.equal(doubt.verdict, 'undecided');
  assert.ok(doubt.notes.some(note => note.note === 'heap-rises' && note.cycles >= 25_000));
});

/** As a run makes it: readings between the rounds that are asked for, until it is decided, or as many were made. */
function runOf(
  {
    bytesAt,
    outsideAt = () => 4 * MIB,
    timer,
    perSecond = () => 4_000,
  }: Omit<Case, 'what' | 'state' | 'within'>,
  most: number,
  onEach: (evidence: Evidence) => void = () => undefined,
): Evidence {
  const readings: LiveHeap['readings'][number][] = [];
  let [connections, atMs] = [1_010, 0];
  const noise = noiseOf(7);
  for (;;) {
    readings.push({
      ...{ connections, atMs },
      keptBytes: Math.round(bytesAt(connections, atMs) + 6 * KIB * noise()),
      outsideBytes: outsideAt(connections) + 400 * KIB * Math.abs(noise()),
    });
    const evidence = buildEvidence({
      runtime: 'v8',
      connections,
      rounds: [round({ phase: 'cycles', connections: 1_010, atMs: 0, anonBytes: 40 * MIB })],
      liveHeap: { readings: [...readings], timer, refused: undefined },
    });
    onEach(evidence);
    const next = nextConfirmingRound(evidence);
    if (!next || connections + next.cycles > most) return evidence;
    assert.equal(next.collects, true);
    connections += next.cycles;
    atMs += (1_000 * next.cycles) / perSecond(connections);
  }
}

/** Between −1 and 1, the same each time. */
function noiseOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  };
}
