import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetlinkReader } from '../../../src/proc/ended-sockets.js';

/** /proc/net/netlink of Linux 6.18, while `ss -E` runs as 4242. */
const TEXT = `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
00000000b2dfeea5 0   0          00000000 0        0        0     2        0        4
0000000011111111 4   4241       00000000 0        0        0     2        0        5
0000000022222222 4   4242       00000003 1280     0        0     2        17       6
`;

const CASES: ReadonlyArray<readonly [what: string, pid: number, reader: object | undefined]> = [
  ['one that is behind', 4242, { queuedBytes: 1280, drops: 17 }],
  ['one that has asked for no group', 4241, undefined],
  ['one of another protocol', 0, undefined],
  ['one that is not there', 7, undefined],
];

for (const [what, pid, reader] of CASES) {
  test(`the reader of a netlink group: ${what}`, () => {
    assert.deepEqual(parseNetlinkReader(TEXT, pid), reader);
  });
}
