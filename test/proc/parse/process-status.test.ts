import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProcessStatus, parseProcessStatus } from '../../../src/proc/process.js';

const HEAD = 'Name:\tserver\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t4242\nUid:\t1000\t0\t0\t0\n';
const MEMORY =
  'VmPeak:\t    3060 kB\nVmRSS:\t    1668 kB\nRssAnon:\t     108 kB\nRssFile:\t    1560 kB\nRssShmem:\t      16 kB\nVmSwap:\t       4 kB\n';
const TAIL =
  'CoreDumping:\t0\nThreads:\t12\nSigQ:\t3/96365\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t545\n';

const STATUSES: ReadonlyArray<readonly [what: string, text: string, is: ProcessStatus]> = [
  [
    'a process, some of it swapped out',
    HEAD + MEMORY + TAIL,
    {
      uid: 1_000,
      threads: 12,
      anonBytes: 112 * 1_024,
      shmemBytes: 16 * 1_024,
      rssBytes: 1_668 * 1_024,
      sleeps: 150,
    },
  ],
  [
    'a process on a kernel without swap',
    HEAD + MEMORY.replace(/VmSwap.*\n/, '') + TAIL,
    {
      uid: 1_000,
      threads: 12,
      anonBytes: 108 * 1_024,
      shmemBytes: 16 * 1_024,
      rssBytes: 1_668 * 1_024,
      sleeps: 150,
    },
  ],
  [
    'a zombie, which has no memory',
    HEAD + TAIL,
    {
      uid: 1_000,
      threads: 12,
      anonBytes: undefined,
      shmemBytes: undefined,
      rssBytes: undefined,
      sleeps: 150,
    },
  ],
  [
    'a process whose name speaks of threads',
    `Name:\tThreads: 99\n${HEAD.slice(HEAD.indexOf('\n') + 1)}${TAIL}`,
    {
      uid: 1_000,
      threads: 12,
      anonBytes: undefined,
      shmemBytes: undefined,
      rssBytes: undefined,
      sleeps: 150,
    },
  ],
  [
    'nothing',
    '',
    {
      uid: Number.NaN,
      threads: 0,
      anonBytes: undefined,
      shmemBytes: undefined,
      rssBytes: undefined,
      sleeps: 0,
    },
  ],
];

for (const [what, text, is] of STATUSES) {
  test(`the status of ${what} is read`, () => {
    assert.deepEqual(parseProcessStatus(text), is);
  });
}
