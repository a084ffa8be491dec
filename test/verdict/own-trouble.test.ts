import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/errors.js';
import { ownTrouble } from '../../src/verdict/own-trouble.js';
import { buildEvidence, type Different, heldClients, tally } from '../support/evidence.js';

const none = { warmup: tally(), cycles: tally() };
const gone = { pid: 4_242, comm: 'server', isRoot: true, servedOther: false, replacedBy: undefined };

const TROUBLES: ReadonlyArray<readonly [what: string, evidence: Different, code: ErrorCode | undefined]> = [
  ['a run to its end', {}, undefined],
  ['a server that died', { cycles: tally({ completed: 500, stopped: 'server-gone' }) }, undefined],
  ['a server that hangs', { cycles: tally({ completed: 500, stopped: 'accept-stalled' }) }, undefined],
  ['no free ports in the cycles', { cycles: tally({ completed: 500, stopped: 'own-ports' }) }, 'own-limit'],
  ['no free ports while confirming', { confirm: tally({ stopped: 'own-ports' }) }, 'own-limit'],
  ['no free descriptors in the warm-up', { warmup: tally({ stopped: 'own-fds' }) }, 'own-limit'],
  ['no descriptors for silent clients', { hold: heldClients({ failures: { 'own-fds': 3 } }) }, 'own-limit'],
  ['silent clients that were reset', { hold: heldClients({ failures: { reset: 3 } }) }, undefined],
  ['an interrupt before the first cycle', { ...none, interrupted: true }, 'interrupted-early'],
  ['an interrupt in the cycles', { cycles: tally({ completed: 3 }), interrupted: true }, undefined],
  ['failed cycles alone', { ...none, cycles: tally({ failed: 5 }) }, undefined],
  ['a server that died before the first cycle', { ...none, departed: [gone] }, undefined],
  [
    'a server that was gone at the first cycle',
    { ...none, warmup: tally({ stopped: 'server-gone' }) },
    undefined,
  ],
];

for (const [what, evidence, code] of TROUBLES) {
  test(`${what} is ${code ? `our own trouble: ${code}` : 'no trouble of ours'}`, () => {
    const trouble = ownTrouble(buildEvidence(evidence));
    assert.equal(trouble?.code, code);
    if (trouble) assert.ok(trouble.message.endsWith('.') && trouble.hint !== '');
  });
}
