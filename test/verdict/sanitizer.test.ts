import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSanitizerReports } from '../../src/verdict/checkers.js';

const REPORTS: ReadonlyArray<readonly [output: string, tool: string | undefined, said: string]> = [
  [
    'SUMMARY: AddressSanitizer: heap-use-after-free /a/b.c:7 in serve',
    'AddressSanitizer',
    'heap-use-after-free /a/b.c:7 in serve',
  ],
  [
    'SUMMARY: AddressSanitizer: 640 byte(s) leaked in 10 allocation(s).',
    'LeakSanitizer',
    '640 byte(s) leaked in 10 allocation(s).',
  ],
  ['SUMMARY: ThreadSanitizer: data race a.c:3 in main', 'ThreadSanitizer', 'data race a.c:3 in main'],
  [
    'a.c:3:9: runtime error: signed integer overflow',
    'UBSan',
    'a.c:3:9: runtime error: signed integer overflow',
  ],
  ['==7==    definitely lost: 64 bytes in 1 blocks', 'valgrind', 'definitely lost: 64 bytes in 1 blocks'],
  [
    '==7== ERROR SUMMARY: 2 errors from 1 contexts (suppressed: 0 from 0)',
    'valgrind',
    '2 errors from 1 contexts',
  ],
  [
    '==7==      possibly lost: 272 bytes in 1 blocks\n==7== ERROR SUMMARY: 1 errors from 1 contexts (suppressed: 0 from 0)',
    'valgrind',
    '1 errors from 1 contexts; possibly lost: 272 bytes in 1 blocks',
  ],
  ['==7==      possibly lost: 272 bytes in 1 blocks', undefined, ''],
  ['==7==    definitely lost: 0 bytes in 0 blocks', undefined, ''],
  ['==7== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)', undefined, ''],
  ['==7== All heap blocks were freed -- no leaks are possible', undefined, ''],
  ['a runtime error: of nobody', undefined, ''],
  [
    'a.c:3:9: runtime error: signed integer overflow\nSUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:3:9',
    'UBSan',
    'a.c:3:9: runtime error: signed integer overflow',
  ],
  [
    '==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x1',
    'AddressSanitizer',
    'heap-use-after-free',
  ],
  ['WARNING: ThreadSanitizer: data race (pid=7)', 'ThreadSanitizer', 'data race'],
  [
    '==7==WARNING: MemorySanitizer: use-of-uninitialized-value',
    'MemorySanitizer',
    'use-of-uninitialized-value',
  ],
  [
    '==7==ERROR: LeakSanitizer: detected memory leaks\nSUMMARY: LeakSanitizer: 64 byte(s) leaked in 1 allocation(s).',
    'LeakSanitizer',
    '64 byte(s) leaked in 1 allocation(s).',
  ],
  ['==7==Processing thread 7.', undefined, ''],
  [
    `==7== 64 bytes in 1 blocks are definitely lost in loss record 1 of 1
==7==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
==7==    by 0x10935B: serve (s.c:14)`,
    'valgrind',
    'definitely lost: 64 bytes in 1 blocks: serve (s.c:14)',
  ],
  [
    `==00:00:00:01.204 7== Invalid write of size 1
==00:00:00:01.204 7==    at 0x10935B: serve (s.c:14)
==00:00:00:01.204 7==    by 0x10935F: main (s.c:30)
==00:00:00:01.204 7==  Address 0x4a is 0 bytes inside a block of size 8 free'd
==00:00:00:01.204 7==    at 0x48417B4: free (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)`,
    'valgrind',
    'Invalid write of size 1: serve (s.c:14) ← main (s.c:30)',
  ],
  [
    `==7== Possible data race during read of size 4 at 0x10C0E0 by thread #1
==7== Locks held: none
==7==    at 0x10935B: serve (s.c:14)
==7==
==7== This conflicts with a previous write of size 4 by thread #2
==7== Locks held: none
==7==    at 0x10935F: count (s.c:30)`,
    'valgrind',
    'Possible data race during read of size 4 at 0x10C0E0 by thread #1: serve (s.c:14)',
  ],
  [
    `==7== 64 bytes in 1 blocks are still reachable in loss record 1 of 1
==7==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)`,
    undefined,
    '',
  ],
  [
    `==7== 272 bytes in 1 blocks are possibly lost in loss record 1 of 1
==7==    at 0x4844899: calloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
==7==    by 0x40147D9: calloc (rtld-malloc.h:44)
==7==    by 0x40147D9: allocate_dtv (dl-tls.c:376)
==7==
==7== LEAK SUMMARY:
==7==      possibly lost: 272 bytes in 1 blocks
==7== ERROR SUMMARY: 1 errors from 1 contexts (suppressed: 0 from 0)`,
    undefined,
    '',
  ],
  [
    `==7== Process terminating with default action of signal 15 (SIGTERM)
==7==    at 0x49666F0: accept (accept.c:26)`,
    undefined,
    '',
  ],
  [
    `==7== FILE DESCRIPTORS: 4 open (3 std) at exit.
==7== Open AF_INET socket 3: 127.0.0.1:7711 <-> unbound
==7==    at 0x4966DC7: socket (syscall-template.S:120)
==7== ERROR SUMMARY: 1 errors from 1 contexts (suppressed: 0 from 0)`,
    undefined,
    '',
  ],
  [
    `<error> <kind>Leak_DefinitelyLost</kind> <xwhat> <text>64 bytes in 1 blocks are definitely lost in loss record 1 of 1</text> </xwhat>
<stack> <frame> <fn>malloc</fn> </frame> <frame> <fn>map&lt;int&gt;::add</fn> <file>s.cc</file> <line>14</line> </frame> </stack> </error>`,
    'valgrind',
    'definitely lost: 64 bytes in 1 blocks: map<int>::add (s.cc:14)',
  ],
  [
    '<error> <kind>Leak_StillReachable</kind> <xwhat> <text>64 bytes in 1 blocks are still reachable</text> </xwhat> </error>',
    undefined,
    '',
  ],
];

for (const [output, tool, said] of REPORTS) {
  test(`${JSON.stringify(output)} is ${tool === undefined ? 'no report' : `one of ${tool}`}`, () => {
    assert.deepEqual(findSanitizerReports(`hello\n${output}\n`), tool === undefined ? [] : [{ tool, said }]);
  });
}
