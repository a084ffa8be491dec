import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLES = `${ROOT}test/library/examples/client/`;

/**
 * The techniques of the README for a client's own tests: what fails on the client that leaks has to pass on the fixed one,
 * else it proves nothing.
 */
const TECHNIQUES = [
  ['pool-gauge', /9 connections are open after 9 requests, expected 1 at most/],
  ['pool-of-one', /timed out/],
  ['one-at-a-time', /the second run/],
  ['burst', /connections are open after .* requests, expected 2 at most/],
  ['mocked-socket', /close\(\) was not called/],
  ['real-socket', /1 connections are open/],
] as const;

describe('examples for the tests of a client', () => {
  for (const [technique, complaint] of TECHNIQUES) {
    it(`${technique} fails on the client that leaks, and passes on the fixed one`, async () => {
      const leaking = await run(technique, 'leaking');
      assert.equal(leaking.status, 1, leaking.output);
      assert.match(leaking.output, complaint);
      const fixed = await run(technique, 'fixed');
      assert.equal(fixed.status, 0, fixed.output);
    });
  }

  it('a mocked socket cannot see that another one was closed; a server does', async () => {
    const mocked = await run('mocked-socket', 'closes-the-other');
    assert.equal(mocked.status, 0, mocked.output);
    const real = await run('real-socket', 'closes-the-other');
    assert.equal(real.status, 1, real.output);
  });
});

function run(technique: string, client: string) {
  const { NODE_V8_COVERAGE, NODE_TEST_CONTEXT, NODE_OPTIONS, ...inherited } = process.env;
  return new Promise<{ status: number; output: string }>(resolve => {
    execFile(
      process.execPath,
      [`${EXAMPLES}${technique}.test.mjs`],
      { env: { ...inherited, CLIENT: client } },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}
