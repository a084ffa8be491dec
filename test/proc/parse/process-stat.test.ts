import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcessStat } from '../../../src/proc/parse/process-stat.js';

const AFTER_COMM =
  'S 1 4240 4241 0 -1 4194560 99 230 0 4 12 34 7 8 20 0 1 0 384238 3133440 383 18446744073709551615 0 0 0 0 0 0 0 0 0 0';

const COMMS: ReadonlyArray<readonly [what: string, comm: string]> = [
  ['plain', 'server'],
  ['of a master with spaces and a colon', 'nginx: master p'],
  ['with parentheses of its own', 'a) b (c'],
  ['that looks like the end of itself', 'x) R 9 9 9 ('],
  ['that is empty', ''],
];

for (const [what, comm] of COMMS) {
  test(`a command name ${what} does not shift the fields`, () => {
    assert.deepEqual(parseProcessStat(`4242 (${comm}) ${AFTER_COMM}\n`), {
      pid: 4_242,
      comm,
      state: 'S',
      parentPid: 1,
      processGroup: 4_240,
      session: 4_241,
      cpuTicks: 46,
      childCpuTicks: 15,
      faults: 99,
      childFaults: 234,
      threads: 1,
      startTicks: 384_238,
      image: undefined,
      exitCode: 0,
    });
  });
}

test('a zombie has a parent and a start time like anybody', () => {
  const stat = parseProcessStat(`77 (worker) ${AFTER_COMM.replace(/^S 1 /, 'Z 4242 ')}`);
  assert.equal(stat?.state, 'Z');
  assert.equal(stat?.parentPid, 4_242);
  assert.equal(stat?.startTicks, 384_238);
});

for (const text of ['', '4242', '4242 (cut', '4242 )wrong( S 1']) {
  test(`${JSON.stringify(text)} is no process`, () => {
    assert.equal(parseProcessStat(text), undefined);
  });
}
