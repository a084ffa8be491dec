import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../../src/verdict/evidence.js';
import { judge } from '../../src/verdict/judge.js';
import { type Moment, memoryWhileWatched } from '../../src/verdict/moments.js';
import { forecast, type WatchFacts } from '../../src/verdict/watched-load.js';
import { buildEvidence, census, upTo } from '../support/evidence.js';
import { DEFAULT_POLICY } from '../support/report.js';

const MIB = 1_048_576;

function facts(different: Partial<WatchFacts> = {}): WatchFacts {
  return {
    ...{
      load: undefined,
      runs: 1,
      durationMs: 60_000,
      judgedMs: 60_000,
      accepted: 4,
      acceptedBy: 'server',
      inUse: 0,
    },
    ...different,
  };
}

function moments(mib: (n: number) => number): Moment[] {
  return upTo(32).map(n => ({
    ...{ atMs: 1_000 * n, accepted: 4, inUse: 4, census: census(), heap: undefined },
    anonBytes: mib(n) * MIB,
  }));
}

function verdictOf(mib: (n: number) => number, runtime: Evidence['runtime']) {
  const memory = memoryWhileWatched(moments(mib), undefined);
  return judge(buildEvidence({ runtime, rounds: [], watch: facts({ memory }) }), DEFAULT_POLICY);
}

test('a server that grew by hundreds of MiB on four connections is no clean pass, whatever it is', () => {
  for (const runtime of ['native', 'v8', 'jvm'] as const) {
    const { verdict, clean, notes } = verdictOf(n => 15 + 20 * n, runtime);
    assert.deepEqual([verdict, clean], ['undecided', false], runtime);
    assert.ok(notes.some(({ note }) => note === 'memory-grew'));
  }
});

test('one that grew so much and then stood still is none either, and that is said', () => {
  const { clean, notes } = verdictOf(n => 15 + Math.min(200, 50 * n), 'v8');
  assert.equal(clean, false);
  assert.deepEqual(
    notes.flatMap(note => (note.note === 'memory-grew' ? [note.isRising] : [])),
    [false],
  );
});

test('a heap that comes to its size is clean, and so is one that stays as it is', () => {
  assert.equal(verdictOf(n => 15 + Math.min(29, 5 * n), 'v8').clean, true);
  assert.equal(verdictOf(() => 15, 'native').clean, true);
});

test('without a time there is nothing to say', () => {
  assert.equal(memoryWhileWatched(moments(n => n).slice(0, 4), undefined), undefined);
});

test('the time until a limit is told in connections where these were counted', () => {
  assert.deepEqual(forecast(1_000, 200, 100, facts()), { connectionsLeft: 500 });
  assert.deepEqual(forecast(1_000, 200, 100, undefined), { connectionsLeft: 500 });
});

test('it is told in minutes where others were counted with them, or too few to tell by', () => {
  const inMinutes = { connectionsLeft: undefined, minutesLeft: 5, perMinute: 200 };
  assert.deepEqual(forecast(1_000, 200, 5_000, facts({ acceptedBy: 'machine' })), inMinutes);
  assert.deepEqual(forecast(1_000, 200, 100, facts({ acceptedBy: 'server-at-least' })), inMinutes);
  assert.deepEqual(forecast(1_000, 200, 4, facts()), inMinutes);
});
