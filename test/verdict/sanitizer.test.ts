import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSanitizerReports } from '../../src/verdict/sanitizer.js';

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
];

for (const [output, tool, said] of REPORTS) {
  test(`"${output}" is ${tool === undefined ? 'no report' : `one of ${tool}`}`, () => {
    assert.deepEqual(findSanitizerReports(`hello\n${output}\n`), tool === undefined ? [] : [{ tool, said }]);
  });
}
