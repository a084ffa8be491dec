import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempts, firstFailure, serverFailures } from '../../src/verdict/failures.js';
import type { Failure } from '../../src/workload/tally.js';
import { buildEvidence, tally } from '../support/evidence.js';

const failure = (connection: number): Failure => ({ kind: 'reset', code: 'ECONNRESET', connection });

test('the first failure is that of the earliest phase', () => {
  const confirm = tally({ firstFailure: failure(2_000) });
  const cycles = tally({ firstFailure: failure(500) });
  const warmup = tally({ firstFailure: failure(3) });
  assert.equal(firstFailure(buildEvidence()), undefined);
  assert.equal(firstFailure(buildEvidence({ confirm }))?.connection, 2_000);
  assert.equal(firstFailure(buildEvidence({ confirm, cycles }))?.connection, 500);
  assert.equal(firstFailure(buildEvidence({ confirm, cycles, warmup }))?.connection, 3);
});

test('failures are summed over the phases, without those of our own machine', () => {
  const evidence = buildEvidence({
    warmup: tally({ failures: { reset: 1, 'own-fds': 7 } }),
    cycles: tally({ failures: { reset: 2, refused: 3, 'own-ports': 8 } }),
    confirm: tally({ failures: { timeout: 4 } }),
  });
  assert.deepEqual(serverFailures(evidence), { reset: 3, refused: 3, timeout: 4 });
});

test('a cycle that failed was made too', () => {
  const confirm = tally({ completed: 300, failed: 2 });
  assert.equal(attempts(buildEvidence({ confirm })), 10 + 1_000 + 302);
});
