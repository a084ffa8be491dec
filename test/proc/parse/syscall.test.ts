import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCallName, parseSleep, type Sleep } from '../../../src/proc/parse/syscall.js';

const FOREVER: Sleep = { timeoutMs: Number.POSITIVE_INFINITY, readsFd: undefined };
const END = '0x7ffdd04221e8 0x7f7996ba02ad\n';

const CALLS: ReadonlyArray<
  readonly [what: string, architecture: string, line: string, sleep: Sleep | undefined]
> = [
  ['epoll_wait without a timeout', 'x64', `232 0x5 0x7ffe 0x400 0xffffffff 0x0 0x0 ${END}`, FOREVER],
  [
    'epoll_wait with the timeout -1 in 64 bits',
    'x64',
    `232 0x5 0x7ffe 0x400 0xffffffffffffffff 0x0 0x0 ${END}`,
    FOREVER,
  ],
  [
    'epoll_wait for 30 s',
    'x64',
    `232 0x5 0x7ffe 0x400 0x7530 0x0 0x0 ${END}`,
    { timeoutMs: 30_000, readsFd: undefined },
  ],
  [
    'epoll_wait for no time',
    'x64',
    `232 0x5 0x7ffe 0x400 0x0 0x0 0x0 ${END}`,
    { timeoutMs: 0, readsFd: undefined },
  ],
  ['epoll_pwait without a timeout', 'x64', `281 0x9 0x7f9eabb39cf0 0x400 0xffffffff 0x0 0x8 ${END}`, FOREVER],
  [
    'poll for a second',
    'x64',
    `7 0x7ffe 0x1 0x3e8 0x0 0x0 0x0 ${END}`,
    { timeoutMs: 1_000, readsFd: undefined },
  ],
  ['a futex without a timespec', 'x64', `202 0x24ce59b4 0x189 0x0 0x0 0x0 0xffffffff ${END}`, FOREVER],
  [
    'a futex with a timespec',
    'x64',
    `202 0x7f063fa78688 0x89 0xffffffff 0x7fffed886b40 0x0 0x7fffffffffff ${END}`,
    undefined,
  ],
  ['select without a timespec', 'x64', `23 0x5 0x7ffe 0x0 0x0 0x0 0x0 ${END}`, FOREVER],
  [
    'pselect6 with a timespec',
    'x64',
    `270 0xfb 0x7ffc55c54380 0x0 0x0 0x7ffc55c54290 0x7ffc55c542a0 ${END}`,
    undefined,
  ],
  ['ppoll without a timespec', 'x64', `271 0x7ffe 0x2 0x0 0x0 0x8 0x0 ${END}`, FOREVER],
  ['epoll_pwait2 without a timespec', 'x64', `441 0x5 0x7ffe 0x400 0x0 0x0 0x8 ${END}`, FOREVER],
  ['wait4', 'x64', `61 0xffffffffffffffff 0x7ffe 0x0 0x0 0x0 0x0 ${END}`, FOREVER],
  [
    'read on fd 7',
    'x64',
    `0 0x7 0x7f7996a24000 0x20000 0x0 0x0 0x0 ${END}`,
    { timeoutMs: Number.POSITIVE_INFINITY, readsFd: 7 },
  ],
  ['accept4, which a timeout may end unseen', 'x64', `288 0x3 0x0 0x0 0x0 0x0 0x0 ${END}`, undefined],
  ['recvfrom, which a timeout may end unseen', 'x64', `45 0x7 0x7ffe 0x400 0x0 0x0 0x0 ${END}`, undefined],
  ['pause, which an alarm may end unseen', 'x64', `34 0x0 0x0 0x0 0x0 0x0 0x0 ${END}`, undefined],
  ['clock_nanosleep', 'x64', `230 0x0 0x0 0x7ffe 0x7ffe 0x0 0x0 ${END}`, undefined],
  ['a thread that runs', 'x64', 'running\n', undefined],
  ['a thread that is blocked outside of any call', 'x64', '-1 0x7ffdd04221e8 0x7f7996ba02ad\n', undefined],
  ['epoll_pwait without a timeout', 'arm64', `22 0x5 0xffffd 0x400 0xffffffff 0x0 0x8 ${END}`, FOREVER],
  [
    'epoll_pwait for 30 s',
    'arm64',
    `22 0x5 0xffffd 0x400 0x7530 0x0 0x8 ${END}`,
    { timeoutMs: 30_000, readsFd: undefined },
  ],
  ['a futex without a timespec', 'arm64', `98 0xaaaa 0x189 0x0 0x0 0x0 0xffffffff ${END}`, FOREVER],
  ['a futex with a timespec', 'arm64', `98 0xaaaa 0x189 0x0 0xffffd0 0x0 0xffffffff ${END}`, undefined],
  ['ppoll without a timespec', 'arm64', `73 0xffffd 0x1 0x0 0x0 0x0 0x0 ${END}`, FOREVER],
  [
    'read on fd 9',
    'arm64',
    `63 0x9 0xffffd 0x400 0x0 0x0 0x0 ${END}`,
    { timeoutMs: Number.POSITIVE_INFINITY, readsFd: 9 },
  ],
  ['wait4', 'arm64', `260 0xffffffffffffffff 0xffffd 0x0 0x0 0x0 0x0 ${END}`, FOREVER],
  ['what is read on x64 and setxattr here', 'arm64', `0 0x7 0x7f 0x1 0x0 0x0 0x0 ${END}`, undefined],
  [
    'anything on a machine whose numbers are not known',
    's390x',
    `3 0x7 0x7f 0x1 0x0 0x0 0x0 ${END}`,
    undefined,
  ],
];

for (const [what, architecture, line, sleep] of CALLS) {
  test(`${what} on ${architecture} ${sleep === undefined ? 'tells nothing' : `sleeps ${sleep.timeoutMs} ms`}`, () => {
    assert.deepEqual(parseSleep(line, architecture), sleep);
  });
}

test('an empty file tells nothing', () => {
  assert.equal(parseSleep('', 'x64'), undefined);
});

const NAMES: ReadonlyArray<readonly [line: string, architecture: string, name: string | undefined]> = [
  [`288 0x3 0x0 0x0 0x0 0x0 0x0 ${END}`, 'x64', 'accept4'],
  [`43 0x3 0x0 0x0 0x0 0x0 0x0 ${END}`, 'x64', 'accept'],
  [`426 0x3 0x0 0x1 0x1 0x0 0x8 ${END}`, 'x64', 'io_uring_enter'],
  [`7 0x55 0x1 0xffffffff 0x0 0x0 0x0 ${END}`, 'x64', 'poll'],
  [`242 0x3 0x0 0x0 0x0 0x0 0x0 ${END}`, 'arm64', 'accept4'],
  [`34 0x0 0x0 0x0 0x0 0x0 0x0 ${END}`, 'x64', undefined],
  ['running\n', 'x64', undefined],
];

for (const [line, architecture, name] of NAMES) {
  test(`a thread whose file begins with ${line.slice(0, 7).trim()} on ${architecture} waits in ${name ?? 'what tells nothing'}`, () => {
    assert.equal(parseCallName(line, architecture), name);
  });
}
