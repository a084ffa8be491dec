import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckedProcess, ValgrindOptions } from '../../src/started/checked-process.js';
import { judgeCheckers } from '../../src/verdict/after-life.js';
import type { Stop } from '../../src/verdict/life.js';

const BUILT: CheckedProcess = {
  ...{ pid: 7, isFirst: true, sanitizers: ['address'], valgrind: undefined, wasStopped: true },
  ...{ leaksSwitchedOff: false, reportStatus: undefined, isMute: false },
};
const LEAK: CheckedProcess = { ...BUILT, sanitizers: ['leak'] };
const VALGRIND: ValgrindOptions = {
  ...{ tool: 'memcheck', isQuiet: false, isXml: false, leakCheck: 'full', errorExitCode: 0, toSocket: false },
};
const under = (options: Partial<ValgrindOptions>, process: Partial<CheckedProcess> = {}): CheckedProcess => ({
  ...{ ...BUILT, sanitizers: [], ...process, valgrind: { ...VALGRIND, ...options } },
});
const STOPPED: Stop = {
  ...{ how: 'term', exit: { status: 0 }, tookMs: 10, leftBehind: [], portFree: true, survivors: [] },
};
const BY_SIGTERM: Partial<Stop> = { exit: { signal: 'SIGTERM' } };
const KILLED: Partial<Stop> = { how: 'kill', exit: { signal: 'SIGKILL' } };
const with9: Partial<Stop> = { exit: { status: 9 } };
const LOOKED = 'hello\n==9==Processing thread 7.\n';
const SUMMED = '==7== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)\n';

const UNHEARD: ReadonlyArray<
  readonly [what: string, process: CheckedProcess, text: string, stop: Partial<Stop>, why: string | undefined]
> = [
  ['LeakSanitizer that looked', BUILT, LOOKED, {}, undefined],
  ['LeakSanitizer that looked, and SIGTERM after that', BUILT, LOOKED, BY_SIGTERM, undefined],
  ['LeakSanitizer that looked at another', BUILT, '==9==Processing thread 77.', {}, 'LeakSanitizer no-exit'],
  ['LeakSanitizer, and _exit()', LEAK, '', {}, 'LeakSanitizer no-exit'],
  ['LeakSanitizer, and SIGTERM', BUILT, '', BY_SIGTERM, 'LeakSanitizer signal'],
  ['LeakSanitizer, and SIGKILL', BUILT, '', KILLED, 'LeakSanitizer killed'],
  [
    'LeakSanitizer that is off',
    { ...BUILT, leaksSwitchedOff: true },
    '',
    BY_SIGTERM,
    'LeakSanitizer switched-off',
  ],
  [
    'LeakSanitizer that breaks off',
    BUILT,
    '==7==LeakSanitizer has encountered a fatal error.',
    {},
    'LeakSanitizer broken',
  ],
  ['LeakSanitizer in /dev/null', { ...BUILT, isMute: true }, '', {}, 'LeakSanitizer elsewhere'],
  ['LeakSanitizer of a child that ended before', { ...BUILT, wasStopped: false }, '', BY_SIGTERM, undefined],
  [
    'ThreadSanitizer, which reports at once, but no lost memory',
    { ...BUILT, sanitizers: ['thread'] },
    '',
    BY_SIGTERM,
    'ThreadSanitizer other-faults',
  ],
  ['UBSan, beside which memory can be judged', { ...BUILT, sanitizers: ['undefined'] }, '', {}, undefined],
  [
    'ThreadSanitizer in /dev/null',
    { ...BUILT, sanitizers: ['thread'], isMute: true },
    '',
    {},
    'ThreadSanitizer elsewhere',
  ],
  ['valgrind with its summary', under({ leakCheck: 'summary' }), SUMMED, BY_SIGTERM, undefined],
  ['valgrind that is killed', under({}), '', KILLED, 'valgrind killed'],
  ['valgrind without a summary', under({}), '', {}, 'valgrind elsewhere'],
  ['valgrind that is quiet, and looks', under({ isQuiet: true }), '', BY_SIGTERM, undefined],
  [
    'valgrind that is quiet, and only sums up',
    under({ isQuiet: true, leakCheck: 'summary' }),
    '',
    {},
    'valgrind quiet',
  ],
  ['valgrind that is not to look', under({ leakCheck: 'no' }), SUMMED, {}, 'valgrind switched-off'],
  ['valgrind on a socket', under({ toSocket: true }), '', {}, 'valgrind elsewhere'],
  ['valgrind on a socket, with a status', under({ toSocket: true, errorExitCode: 9 }), '', {}, undefined],
  [
    'the same of a worker',
    under({ toSocket: true, errorExitCode: 9 }, { isFirst: false }),
    '',
    {},
    'valgrind elsewhere',
  ],
  ['XML to its end', under({ isXml: true }), '<pid>7</pid> <state>FINISHED</state>', {}, undefined],
  ['XML that is cut off', under({ isXml: true }), '<pid>7</pid> <error>', {}, 'valgrind elsewhere'],
  ['quiet helgrind', under({ tool: 'helgrind', isQuiet: true }), '', {}, 'valgrind other-faults'],
  ['massif, which reports nothing', under({ tool: 'massif' }), '', {}, 'valgrind other-faults'],
];

for (const [what, process, text, stop, why] of UNHEARD) {
  test(`${what}: ${why === undefined ? 'heard' : 'had no chance to report'}`, () => {
    const { unheard, sanitizers } = judgeCheckers({ processes: [process], text }, { ...STOPPED, ...stop });
    assert.deepEqual(
      unheard.map(({ tool, why, pids }) => [`${tool} ${why}`, pids]),
      why === undefined ? [] : [[why, [7]]],
    );
    assert.deepEqual(sanitizers, []);
  });
}

const STATUSES: ReadonlyArray<
  readonly [what: string, process: CheckedProcess, status: number, tool: string | undefined]
> = [
  ['the status of --error-exitcode', under({ errorExitCode: 9 }), 9, 'valgrind'],
  ['another status', under({ errorExitCode: 9 }), 1, undefined],
  ['the status of LeakSanitizer', LEAK, 23, 'LeakSanitizer'],
  ['the status of LeakSanitizer without it', { ...LEAK, sanitizers: ['undefined'] }, 23, undefined],
  ['the status of ThreadSanitizer', { ...LEAK, sanitizers: ['thread'] }, 66, 'ThreadSanitizer'],
  ['a status that is named in its options', { ...BUILT, reportStatus: 42 }, 42, 'the sanitizer'],
  ['1, which may be that of the server', BUILT, 1, undefined],
];

for (const [what, process, status, tool] of STATUSES) {
  test(`${what} is ${tool === undefined ? 'no report' : 'a report'}`, () => {
    const { sanitizers } = judgeCheckers(
      { processes: [process], text: LOOKED },
      { ...STOPPED, exit: { status } },
    );
    assert.deepEqual(
      sanitizers.map(report => report.tool),
      tool === undefined ? [] : [tool],
    );
  });
}

test('a status adds nothing to what was read', () => {
  const text = '==7==    definitely lost: 64 bytes in 1 blocks\n==7== ERROR SUMMARY: 1 errors';
  const { sanitizers } = judgeCheckers(
    { processes: [under({ errorExitCode: 9 })], text },
    { ...STOPPED, ...with9 },
  );
  assert.equal(sanitizers.length, 1);
});

test('descriptors that are open at exit are told by where they were opened, the most first', () => {
  const open = (pid: number, fd: number, place: string) =>
    `==${pid}== Open AF_INET socket ${fd}: 127.0.0.1:1 <-> 127.0.0.1:${fd}\n==${pid}==    at 0x1: ${place}\n==${pid}==\n`;
  const inherited = '==7== Open file descriptor 2: /dev/null\n==7==    <inherited from parent>\n';
  const text = [
    inherited,
    open(7, 3, 'socket (s.c:1)'),
    open(7, 4, 'accept (s.c:2)'),
    open(7, 5, 'accept (s.c:2)'),
    open(8, 4, 'accept (s.c:2)'),
  ].join('');
  const { openAtExit } = judgeCheckers(
    { processes: [under({}), under({}, { pid: 8, wasStopped: false })], text },
    STOPPED,
  );
  assert.deepEqual(openAtExit, [
    { pid: 7, count: 2, stack: ['accept (s.c:2)'] },
    { pid: 7, count: 1, stack: ['socket (s.c:1)'] },
  ]);
});
