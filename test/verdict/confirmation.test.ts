import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfirmingRound, nextConfirmingRound } from '../../src/verdict/confirmation.js';
import type { Evidence } from '../../src/verdict/evidence.js';
import {
  buildEvidence,
  fd,
  grown,
  leaking,
  rounds,
  serverProcess,
  snapshot,
  tally,
  upTo,
} from '../support/evidence.js';

/** It closed the last connection so long after its client that only the last reading of memory was at rest. */
function late(lastChangeMs: number): Evidence {
  return buildEvidence({
    settled: { state: 'back', lastChangeMs, tookMs: lastChangeMs, asleep: false },
    rounds: rounds().map((round, index, all) =>
      index === all.length - 1 ? round : { ...round, anonBytes: undefined },
    ),
  });
}

const replaced = { pid: 101, comm: 'worker', isRoot: false, servedOther: false, replacedBy: 110 };

const ROUNDS: ReadonlyArray<readonly [what: string, evidence: Evidence, round: ConfirmingRound | undefined]> =
  [
    ['a clean run', buildEvidence(), undefined],
    [
      'forgotten connections, which may go with later ones',
      leaking([512]),
      { cycles: 100, suspects: ['fd'] },
    ],
    ['forgotten connections that did not go with later ones', afterRelease({ heldAtRest: 1 }), undefined],
    [
      'forgotten connections of which some went with later ones',
      afterRelease({ heldAtRest: 7 }),
      { cycles: 100, suspects: ['fd'] },
    ],
    ['forgotten connections beside threads', { ...afterRelease({ heldAtRest: 1 }), ...held() }, undefined],
    ['growth that recurred', grown('thread', 10, [13, 16, 19]), undefined],
    [
      'sockets in no table on every cycle that recurred, which are followed then',
      grown('dead-socket', 1_000, [1_300, 1_600, 1_900]),
      { cycles: 20, suspects: ['fd'], manner: 'follow' },
    ],
    [
      'sockets in no table on every 20th cycle that recurred',
      grown('dead-socket', 50, [65, 80, 95]),
      { cycles: 60, suspects: ['fd'], manner: 'follow' },
    ],
    ['sockets in no table, too few of 1000 to meet one', grown('dead-socket', 9, [12, 15, 18]), undefined],
    [
      'sockets in no table that were followed',
      grown('dead-socket', 1_000, [1_300, 1_600, 1_900], { followed: [] }),
      undefined,
    ],
    [
      'sockets in no table of a server on a Unix socket',
      grown('dead-socket', 1_000, [1_300, 1_600, 1_900], { serverPort: undefined }),
      undefined,
    ],
    [
      'sockets in no table of a server that has no descriptor left',
      grown('dead-socket', 200, [250, 300, 350], { fdLimit: 10 }),
      undefined,
    ],
    [
      'a worker that was replaced, which is watched for',
      buildEvidence({ departed: [replaced] }),
      { cycles: 300, suspects: ['restart'], manner: 'watch' },
    ],
    [
      'a worker that was replaced and watched for',
      buildEvidence({ departed: [replaced], watched: { of: 300, ended: 0, cutOff: 0 } }),
      undefined,
    ],
    [
      'a worker that was replaced with cycles cut off, which needs no watching',
      buildEvidence({
        departed: [replaced],
        cycles: tally({ completed: 999, failed: 1, failures: { reset: 1 } }),
      }),
      undefined,
    ],
    [
      'a server that closed late, whose memory was at rest once',
      late(700),
      { cycles: 500, suspects: ['memory'] },
    ],
    ['a server that closed so late that no round can wait for it', late(9_100), undefined],
    [
      'a server that closed late, whose memory cannot be read',
      buildEvidence({ ...late(700), rounds: rounds().map(round => ({ ...round, anonBytes: undefined })) }),
      undefined,
    ],
    ['growth that levelled off', grown('thread', 10, [10, 10, 10]), undefined],
    ['a run without a cycle', grown('thread', 10, [], { cycles: tally() }), undefined],
    ['a file opened once', grown('file', 1, []), { cycles: 3_000, suspects: ['file'] }],
    ['a thread for each hundred cycles', grown('thread', 10, []), { cycles: 300, suspects: ['thread'] }],
    ['a thread for each cycle', grown('thread', 1_000, []), { cycles: 100, suspects: ['thread'] }],
    [
      'mappings, which get as long a look as the first was',
      grown('mapping', 500, []),
      { cycles: 1_000, suspects: ['mapping'] },
    ],
    [
      'one in very many cycles, within reason',
      grown('child', 1, [], { cycles: tally({ completed: 50_000 }) }),
      { cycles: 20_000, suspects: ['child'] },
    ],
    [
      'files of a server that has 40 descriptors left',
      grown('file', 1_000, [], {
        after: snapshot([serverProcess({ fds: upTo(984).map(number => fd(number, 'file')) })]),
      }),
      { cycles: 10, suspects: ['file'] },
    ],
    [
      'files of a server that has none left to give',
      grown('file', 1_000, [], {
        fdLimit: 4,
        after: snapshot([
          serverProcess({ fds: [] }),
          serverProcess({ pid: 1, fds: [fd(0, 'file'), fd(1, 'file')] }),
        ]),
      }),
      { cycles: 1, suspects: ['file'] },
    ],
  ];

for (const [what, evidence, round] of ROUNDS) {
  test(`after ${what}: ${round ? `${round.cycles} more cycles` : 'no more cycles'}`, () => {
    assert.deepEqual(nextConfirmingRound(evidence), round);
  });
}

test('memory that rises gets more cycles, and is named among the suspects', () => {
  const evidence = buildEvidence({ rounds: rounds(connections => 2_097_152 + 200 * connections) });
  assert.deepEqual(nextConfirmingRound(evidence)?.suspects, ['memory']);
  assert.ok((nextConfirmingRound(evidence)?.cycles ?? 0) >= 100);
});

test('memory that rises beside a timer gets more cycles where it runs out soon enough', () => {
  const rising = rounds(connections => 2_097_152 + 200 * connections).map(one => ({
    ...one,
    connections: 20 * one.connections,
    anonBytes: 2_097_152 + 4_000 * one.connections,
  }));
  const beside = (dueMs: number) =>
    buildEvidence({
      ...{ rounds: rising, connections: 20_200, runtime: 'cpython' },
      timer: { call: 'epoll_wait', dueAtMs: dueMs, dueMs },
    });
  assert.deepEqual(nextConfirmingRound(beside(9_000))?.suspects, ['memory']);
  assert.equal(nextConfirmingRound(beside(11_000)), undefined);
});

/** One connection is held still after a confirming round. */
function afterRelease(different: Partial<Evidence>): Evidence {
  const { rounds: confirming } = grown('thread', 0, [0]);
  return leaking([512], { rounds: confirming, ...different });
}

function held(): Partial<Evidence> {
  const { held: sockets, settled, after } = leaking([512]);
  return { held: sockets, settled, after };
}
