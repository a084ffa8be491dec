import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseListenerDrops } from '../../../src/proc/sockets.js';

/** `ss -lntemH` of iproute2 6.1. */
const TEXT = `LISTEN 0      1      127.0.0.1:41227 0.0.0.0:* ino:97980827 sk:3312 cgroup:/ <->
	 skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d7)
LISTEN 0      511            [::]:80         [::]:* uid:33 ino:12 sk:1 cgroup:/ v6only:0 <-> skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d40)
LISTEN 0      511       127.0.0.1:81      0.0.0.0:* ino:13 sk:2
`;

const CASES: ReadonlyArray<readonly [what: string, inodes: readonly number[], drops: number | undefined]> = [
  ['one listener', [97980827], 7],
  ['a group of them', [97980827, 12], 47],
  ['one whose row says no drops', [13], undefined],
  ['one that is not there', [97980827, 99], undefined],
];

for (const [what, inodes, drops] of CASES) {
  test(`${what} dropped ${drops ?? 'nobody knows how many'}`, () => {
    assert.equal(parseListenerDrops(TEXT, inodes), drops);
  });
}
