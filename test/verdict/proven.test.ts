import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../../src/verdict/evidence.js';
import { hasForgottenConnections, isProven } from '../../src/verdict/proven.js';
import { buildEvidence, forgotten, grown, leaking, row } from '../support/evidence.js';

const settled = leaking([]).settled;
const draining = { ...settled, state: 'draining' } as const;

const CASES: ReadonlyArray<readonly [what: string, evidence: Evidence, forgotten: boolean, proven: boolean]> =
  [
    ['a clean run', buildEvidence(), false, false],
    ['one forgotten connection', leaking([512]), true, true],
    ['connections that are being closed', leaking([1, 2, 3], { settled: draining }), false, false],
    [
      'a connection that somebody outside holds',
      buildEvidence({ settled, outside: [{ row: row(), pids: [77] }] }),
      true,
      true,
    ],
    [
      'connections of other clients',
      buildEvidence({ settled, held: forgotten([1]).map(held => ({ ...held, role: 'other-client' })) }),
      false,
      false,
    ],
    ['threads that recur', grown('thread', 10, [13, 16, 19]), false, true],
    ['threads in doubt', grown('thread', 10, [13]), false, false],
    ['a file that was opened once', grown('file', 8, [8, 8, 8]), false, false],
  ];

for (const [what, evidence, isForgotten, proven] of CASES) {
  test(`${what}: ${proven ? 'proved' : 'nothing proved'}`, () => {
    assert.equal(hasForgottenConnections(evidence), isForgotten);
    assert.equal(isProven(evidence), proven);
  });
}
