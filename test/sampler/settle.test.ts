import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Look, settle } from '../../src/sampler/settle.js';
import type { Outlook } from '../../src/sampler/sleep.js';

const AWAKE: Outlook = { sleep: 'unknown', unwokenSinceMs: 0, due: undefined, hasTimeout: false };
const UNKNOWN = { outlook: () => AWAKE };
const FOR_GOOD = { outlook: (): Outlook => ({ ...AWAKE, sleep: 'for-good' }) };
const LIMITS = { settleMs: 600_000, drainMs: 600_000, lateMs: 600_000 };
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
    const { settled } = await settle(
      looks([0]),
      UNKNOWN,
      { settleMs: 5_000, drainMs: 0, lateMs: 5_000 },
      signal,
    );
    assert.deepEqual([settled.state, settled.lastChangeMs], ['back', 0]);
  });

  it('ends when the last one is back', async () => {
    const { settled } = await settle(
      looks([9, 7, 3, 1, 0]),
      UNKNOWN,
      { settleMs: 5_000, drainMs: 0, lateMs: 5_000 },
      signal,
    );
    assert.equal(settled.state, 'back');
    assert.ok(settled.lastChangeMs > 0);
  });

  it('calls a set held that does not change until the time is up', async () => {
    const { settled } = await settle(looks([3]), UNKNOWN, { settleMs: 50, drainMs: 50, lateMs: 50 }, signal);
    assert.deepEqual([settled.state, settled.asleep], ['held', false]);
  });

  it('calls it held before that when the whole server sleeps for good', async () => {
    const { settled } = await settle(
      looks([3]),
      FOR_GOOD,
      { settleMs: 600_000, drainMs: 600_000, lateMs: 600_000 },
      signal,
    );
    assert.deepEqual([settled.state, settled.asleep], ['held', true]);
  });

  it('waits less for what is too little to accuse anybody of', async () => {
    const trifle = () => ({ outstanding: 1, fingerprint: '1', isTrifle: true });
    const { settled } = await settle(trifle, UNKNOWN, LIMITS, signal);
    assert.equal(settled.state, 'held');
    assert.ok(settled.tookMs < LIMITS.settleMs);
  });

  it('does not call it held while it moves, and calls it draining when the time is up', async () => {
    let left = 1_000_000;
    const falling = () => ({ outstanding: left, fingerprint: String(left--) });
    const { settled } = await settle(falling, FOR_GOOD, { settleMs: 20, drainMs: 40, lateMs: 20 }, signal);
    assert.equal(settled.state, 'draining');
  });

  it('waits no longer when the run is interrupted', async () => {
    const aborted = AbortSignal.abort();
    const { settled } = await settle(
      looks([3]),
      UNKNOWN,
      { settleMs: 600_000, drainMs: 0, lateMs: 600_000 },
      aborted,
    );
    assert.equal(settled.state, 'draining');
  });

  it('calls a server held a little later when it sleeps in accept(2), where a timeout is not to be seen', async () => {
    const unwoken: Outlook = { ...AWAKE, sleep: 'unwoken', unwokenSinceMs: performance.now() };
    const { settled } = await settle(looks([3]), { outlook: () => unwoken }, LIMITS, signal);
    assert.deepEqual([settled.state, settled.asleep, settled.unwoken], ['held', true, true]);
  });

  it('waits for what is due, and says so, before it calls held what would be an accusation', async () => {
    const told: unknown[] = [];
    let turn = 0;
    const late = () => {
      const outstanding = turn++ < 40 ? 3 : 0;
      return { outstanding, fingerprint: String(outstanding), isAccusing: true };
    };
    const due = { pid: 42, call: 'epoll_wait', leftMs: 700 };
    const foresight = {
      outlook: () => ({ ...AWAKE, due, hasTimeout: true }),
      onDue: (now: unknown) => void told.push(now),
    };
    const limits = { settleMs: 100, drainMs: 100, lateMs: 600_000 };
    const { settled } = await settle(late, foresight, limits, signal);
    assert.equal(settled.state, 'back');
    assert.ok(told.includes(due));
    assert.equal(told.at(-1), undefined);
  });

  it('does not wait for what is due where nobody would be accused', async () => {
    const due = { pid: 42, call: 'poll', leftMs: 700 };
    const limits = { settleMs: 50, drainMs: 50, lateMs: 600_000 };
    const { settled } = await settle(
      looks([3]),
      { outlook: () => ({ ...AWAKE, due, hasTimeout: true }) },
      limits,
      signal,
    );
    assert.deepEqual([settled.state, settled.asleep, settled.hasTimeout], ['held', false, undefined]);
  });
});
