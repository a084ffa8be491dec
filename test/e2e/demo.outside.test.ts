import assert from 'node:assert/strict';
import { it } from 'node:test';
import { churn } from '../support/churn.js';

it('demo judges both of its servers as it must, and exits 0', async () => {
  const { status, stdout, stderr } = await churn(['demo']);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^PASS {2}1000 cycles, 0 leaks$/m);
  assert.match(stdout, /^FAIL {2}1000 cycles, leaked file descriptors: 1010$/m);
});
