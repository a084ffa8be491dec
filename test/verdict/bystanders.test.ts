import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessSnapshot } from '../../src/sampler/snapshot.js';
import { growthOf, type Recurrence } from '../../src/verdict/recurrence.js';
import { fd, grown, serverProcess, snapshot, tally } from '../support/evidence.js';

const root = serverProcess();
/** It used as much CPU time as a server does for 1000 connections. */
const busy = serverProcess({ cpuTicks: root.cpuTicks + 5 });
const helper = serverProcess({ pid: 4_243, parentPid: 4_242, fds: [fd(0, 'device')] });
const file = [fd(0, 'device'), fd(1, 'file')];
const idle = { fds: file };

/** One file after 1000 cycles, and after so many further ones; and what had become of the server by then. */
const CASES: ReadonlyArray<
  readonly [
    what: string,
    processes: readonly ProcessSnapshot[],
    confirming: readonly number[],
    further: number,
    recurrence: Recurrence,
  ]
> = [
  ['opened by a helper that did nothing else', [busy, { ...helper, ...idle }], [1], 1_000, 'levelled'],
  [
    'opened by such a helper, and by its parent',
    [withFile(busy), { ...helper, ...idle }],
    [1],
    1_000,
    'suspect',
  ],
  ['opened by who serves', [withFile(busy), helper], [1], 1_000, 'suspect'],
  ['opened by a helper that computed', [busy, { ...helper, ...idle, cpuTicks: 6 }], [1], 1_000, 'suspect'],
  [
    'opened by one of many who took too little to be told',
    [root, { ...helper, ...idle }],
    [1],
    1_000,
    'suspect',
  ],
  ['opened by a new process', [busy, helper, { ...helper, ...idle, pid: 4_244 }], [1], 1_000, 'suspect'],
  ['opened by such a helper, with few further cycles', [busy, { ...helper, ...idle }], [1], 999, 'suspect'],
  ['opened by such a helper, and another later', [busy, { ...helper, ...idle }], [2], 1_000, 'suspect'],
];

for (const [what, processes, confirming, further, recurrence] of CASES) {
  test(`one more file, ${what}: ${recurrence}`, () => {
    const evidence = grown('file', 1, confirming, {
      baseline: snapshot([root, helper]),
      after: snapshot(processes),
      confirm: tally({ requested: further, completed: further }),
    });
    assert.equal(growthOf(evidence, 'file').recurrence, recurrence);
  });
}

function withFile(process: ProcessSnapshot): ProcessSnapshot {
  return { ...process, fds: [...process.fds, fd(9, 'file')] };
}
