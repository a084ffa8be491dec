import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCallName, parsePollEntries, parseSleep, type Sleep } from '../../../src/proc/parse/syscall.js';

const forever = (call: string): Sleep => ({ call, until: 'event' });
const lasts = (call: string, timeoutMs: number): Sleep => ({ call, until: 'timeout', timeoutMs });
const data = (call: string, fd: number): Sleep => ({ call, until: 'data', fd });
const stands = (call: string, address: number, clock?: 'monotonic' | 'realtime'): Sleep => ({
  ...{ call, until: 'time', address, clock },
  unit: call === 'select' ? 'timeval' : 'timespec',
});
const END = '0x7ffdd04221e8 0x7f7996ba02ad\n';

const CALLS: ReadonlyArray<
  readonly [what: string, architecture: string, line: string, sleep: Sleep | undefined]
> = [
  [
    'epoll_wait without a timeout',
    'x64',
    `232 0x5 0x7ffe 0x400 0xffffffff 0x0 0x0 ${END}`,
    forever('epoll_wait'),
  ],
  [
    'epoll_wait with the timeout -1 in 64 bits',
    'x64',
    `232 0x5 0x7ffe 0x400 0xffffffffffffffff 0x0 0x0 ${END}`,
    forever('epoll_wait'),
  ],
  ['epoll_wait for 30 s', 'x64', `232 0x5 0x7ffe 0x400 0x7530 0x0 0x0 ${END}`, lasts('epoll_wait', 30_000)],
  ['epoll_wait for no time', 'x64', `232 0x5 0x7ffe 0x400 0x0 0x0 0x0 ${END}`, lasts('epoll_wait', 0)],
  [
    'epoll_pwait without a timeout',
    'x64',
    `281 0x9 0x7f9eabb39cf0 0x400 0xffffffff 0x0 0x8 ${END}`,
    forever('epoll_pwait'),
  ],
  [
    'poll for a second',
    'x64',
    `7 0x7ffe 0x1 0x3e8 0x0 0x0 0x0 ${END}`,
    { call: 'poll', until: 'timeout', timeoutMs: 1_000, watches: 1 },
  ],
  [
    'a futex without a timespec',
    'x64',
    `202 0x24ce59b4 0x189 0x0 0x0 0x0 0xffffffff ${END}`,
    forever('futex'),
  ],
  [
    'a futex until a moment',
    'x64',
    `202 0x7f063fa78688 0x89 0xffffffff 0x7fffed886b40 0x0 0x7fffffffffff ${END}`,
    stands('futex', 0x7fffed886b40, 'monotonic'),
  ],
  ['select without a timespec', 'x64', `23 0x5 0x7ffe 0x0 0x0 0x0 0x0 ${END}`, forever('select')],
  [
    'pselect6 with a timespec',
    'x64',
    `270 0xfb 0x7ffc55c54380 0x0 0x0 0x7ffc55c54290 0x7ffc55c542a0 ${END}`,
    stands('pselect6', 0x7ffc55c54290),
  ],
  ['ppoll without a timespec', 'x64', `271 0x7ffe 0x2 0x0 0x0 0x8 0x0 ${END}`, forever('ppoll')],
  [
    'epoll_pwait2 without a timespec',
    'x64',
    `441 0x5 0x7ffe 0x400 0x0 0x0 0x8 ${END}`,
    forever('epoll_pwait2'),
  ],
  ['wait4', 'x64', `61 0xffffffffffffffff 0x7ffe 0x0 0x0 0x0 0x0 ${END}`, forever('wait4')],
  ['read on fd 7', 'x64', `0 0x7 0x7f7996a24000 0x20000 0x0 0x0 0x0 ${END}`, data('read', 7)],
  [
    'accept4, which a timeout may end unseen',
    'x64',
    `288 0x3 0x0 0x0 0x0 0x0 0x0 ${END}`,
    data('accept4', 3),
  ],
  [
    'recvfrom, which a timeout may end unseen',
    'x64',
    `45 0x7 0x7ffe 0x400 0x0 0x0 0x0 ${END}`,
    data('recvfrom', 7),
  ],
  ['pause', 'x64', `34 0x0 0x0 0x0 0x0 0x0 0x0 ${END}`, forever('pause')],
  [
    'clock_nanosleep for a span',
    'x64',
    `230 0x0 0x0 0x7ffe 0x7ffe 0x0 0x0 ${END}`,
    stands('clock_nanosleep', 0x7ffe),
  ],
  [
    'clock_nanosleep until a moment, as Python does it',
    'x64',
    `230 0x1 0x1 0x7ffe 0x0 0x0 0x0 ${END}`,
    stands('clock_nanosleep', 0x7ffe, 'monotonic'),
  ],
  ['a futex for a span', 'x64', `202 0x24ce 0x80 0x0 0x7ffe 0x0 0x0 ${END}`, stands('futex', 0x7ffe)],
  [
    'a futex until a moment of the wall clock',
    'x64',
    `202 0x24ce 0x189 0x0 0x7ffe 0x0 0xffffffff ${END}`,
    stands('futex', 0x7ffe, 'realtime'),
  ],
  ['select for a while', 'x64', `23 0x5 0x7ffe 0x0 0x0 0x7fff 0x0 ${END}`, stands('select', 0x7fff)],
  ['io_uring_enter, whose timeouts are in its queue', 'x64', `426 0x3 0x0 0x1 0x1 0x0 0x8 ${END}`, undefined],
  ['a thread that runs', 'x64', 'running\n', undefined],
  ['a thread that is blocked outside of any call', 'x64', '-1 0x7ffdd04221e8 0x7f7996ba02ad\n', undefined],
  [
    'epoll_pwait without a timeout',
    'arm64',
    `22 0x5 0xffffd 0x400 0xffffffff 0x0 0x8 ${END}`,
    forever('epoll_pwait'),
  ],
  [
    'epoll_pwait for 30 s',
    'arm64',
    `22 0x5 0xffffd 0x400 0x7530 0x0 0x8 ${END}`,
    lasts('epoll_pwait', 30_000),
  ],
  ['a futex without a timespec', 'arm64', `98 0xaaaa 0x189 0x0 0x0 0x0 0xffffffff ${END}`, forever('futex')],
  [
    'a futex with a timespec',
    'arm64',
    `98 0xaaaa 0x189 0x0 0xffffd0 0x0 0xffffffff ${END}`,
    stands('futex', 0xffffd0, 'realtime'),
  ],
  ['ppoll without a timespec', 'arm64', `73 0xffffd 0x1 0x0 0x0 0x0 0x0 ${END}`, forever('ppoll')],
  ['read on fd 9', 'arm64', `63 0x9 0xffffd 0x400 0x0 0x0 0x0 ${END}`, data('read', 9)],
  ['wait4', 'arm64', `260 0xffffffffffffffff 0xffffd 0x0 0x0 0x0 0x0 ${END}`, forever('wait4')],
  ['what is read on x64 and setxattr here', 'arm64', `0 0x7 0x7f 0x1 0x0 0x0 0x0 ${END}`, undefined],
  [
    'anything on a machine whose numbers are not known',
    's390x',
    `3 0x7 0x7f 0x1 0x0 0x0 0x0 ${END}`,
    undefined,
  ],
];

for (const [what, architecture, line, sleep] of CALLS) {
  test(`${what} on ${architecture} ${sleep === undefined ? 'tells nothing' : `sleeps until ${sleep.until}`}`, () => {
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
  [`34 0x0 0x0 0x0 0x0 0x0 0x0 ${END}`, 'x64', 'pause'],
  ['running\n', 'x64', undefined],
];

for (const [line, architecture, name] of NAMES) {
  test(`a thread whose file begins with ${line.slice(0, 7).trim()} on ${architecture} waits in ${name ?? 'what tells nothing'}`, () => {
    assert.equal(parseCallName(line, architecture), name);
  });
}

const POLLS: ReadonlyArray<
  readonly [what: string, architecture: string, line: string, entries: number | undefined]
> = [
  ['poll', 'x64', `7 0x7ffe 0x3f9 0x3e8 0x0 0x0 0x0 ${END}`, 1_017],
  ['ppoll', 'arm64', `73 0x7ffe 0x2 0x0 0x0 0x0 0x0 ${END}`, 2],
  [
    'epoll_wait, whose third argument is the size of its answer',
    'x64',
    `232 0x5 0x7ffe 0x400 0x0 0x0 0x0 ${END}`,
    undefined,
  ],
  ['a thread that runs', 'x64', 'running\n', undefined],
];

for (const [what, architecture, line, entries] of POLLS) {
  test(`entries of ${what}`, () => assert.equal(parsePollEntries(line, architecture), entries));
}
