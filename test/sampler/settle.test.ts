import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Look, settle } from '../../src/sampler/settle.js';

const signal = new AbortController().signal;

/** Looks that tell these numbers one after the other, the last one for ever. */
function looks(outstanding: readonly number[]): () => Look {
  let turn = 0;
  return () => {
    const now = outstanding[Math.min(turn++, outstanding.length - 1)] ?? 0;
    return { outstanding: now, fingerprint: String(now) };
  };
}

describe('settling', () => {
  it('ends at the first look when all is back', async () => {
    const { settled } = await settle(looks([0]), () => false, { settleMs: 5_000, drainMs: 0 }, signal);
    assert.deepEqual([settled.state, settled.lastChangeMs], ['back', 0]);
  });

  it('ends when the last one is back', async () => {
    const { settled } = await settle(
      looks([9, 7, 3, 1, 0]),
      () => false,
      { settleMs: 5_000, drainMs: 0 },
      signal,
    );
    assert.equal(settled.state, 'back');
    assert.ok(settled.lastChangeMs > 0);
  });

  it('calls a set held that does not change until the time is up', async () => {
    const { settled } = await settle(looks([3]), () => false, { settleMs: 50, drainMs: 50 }, signal);
    assert.deepEqual([settled.state, settled.asleep], ['held', false]);
  });

  it('calls it held before that when the whole server sleeps for good', async () => {
    const { settled } = await settle(looks([3]), () => true, { settleMs: 600_000, drainMs: 600_000 }, signal);
    assert.deepEqual([settled.state, settled.asleep], ['held', true]);
  });

  it('does not call it held while it moves, and calls it draining when the time is up', async () => {
    let left = 1_000_000;
    const falling = () => ({ outstanding: left, fingerprint: String(left--) });
    const { settled } = await settle(falling, () => true, { settleMs: 20, drainMs: 40 }, signal);
    assert.equal(settled.state, 'draining');
  });

  it('waits no longer when the run is interrupted', async () => {
    const aborted = AbortSignal.abort();
    const { settled } = await settle(looks([3]), () => false, { settleMs: 600_000, drainMs: 0 }, aborted);
    assert.equal(settled.state, 'draining');
  });
});
