import assert from 'node:assert/strict';
import { test } from 'node:test';
import { residentBytesOfHeap } from '../../../src/proc/java-heap.js';

/** Two pieces of address space: 3 MiB in three mappings, one of them of a file, and 1 MiB after a gap. */
const SMAPS = `600000000-600100000 rw-p 00000000 00:00 0
Rss:                 512 kB
Anonymous:           500 kB
Swap:                  4 kB
600100000-600200000 ---p 00000000 00:00 0
Anonymous:             0 kB
Swap:                  0 kB
600200000-600300000 rw-p 00c77000 fe:00 328258                           /usr/lib/classes.jsa
Anonymous:            10 kB
Swap:                  0 kB
700000000-700100000 rw-p 00000000 00:00 0
Anonymous:            77 kB
Swap:                  0 kB
`;
const MIB = 1_048_576;

const HEAPS: ReadonlyArray<readonly [what: string, mostBytes: readonly number[], kib: number | undefined]> = [
  ['generations that share it', [MIB, 2 * MIB], 514],
  ['generations that may each have all of it, with a header', [3 * MIB + 24, 3 * MIB + 8], 514],
  ['the last piece of all', [MIB], 77],
  ['none of that size', [5 * MIB, 6 * MIB], undefined],
  ['no counters', [], undefined],
];

for (const [what, mostBytes, kib] of HEAPS) {
  test(`the heap among mappings: ${what}`, () => {
    assert.equal(residentBytesOfHeap(SMAPS, mostBytes), kib === undefined ? undefined : 1_024 * kib);
  });
}
