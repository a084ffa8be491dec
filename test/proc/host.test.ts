import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChurnError } from '../../src/errors.js';
import { readHostFacts, requireProc } from '../../src/proc/host.js';

describe('the host', () => {
  it('without a Linux /proc is told so, and what works there', () => {
    assert.throws(
      () => requireProc('/nowhere'),
      (error: unknown) =>
        error instanceof ChurnError && error.code === 'unsupported-platform' && /Linux/.test(error.hint),
    );
  });

  it('with one is good enough', () => {
    assert.doesNotThrow(() => requireProc());
  });

  it('tells its kernel and its ephemeral ports', () => {
    const { kernel, ephemeralPorts } = readHostFacts();
    assert.match(kernel, /^\d+\.\d+/);
    assert.ok(ephemeralPorts[0] < ephemeralPorts[1]);
  });
});
