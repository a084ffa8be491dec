import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Observation, Observer } from '../../src/gather/observer.js';
import { Lives, type Looks } from '../../src/gather/watching/looks.js';
import { restWatched } from '../../src/gather/watching/rest-in-use.js';
import type { HeldSocket } from '../../src/verdict/evidence.js';
import { buildEvidence, snapshot } from '../support/evidence.js';

const SETTLE_MS = 1_000;
const SLOW_LOOK_MS = 100;

function forgotten(inode: number): HeldSocket {
  const descriptors = [{ pid: 1, number: inode }];
  return { role: 'connection', inode, state: 'CLOSE_WAIT', connection: undefined, descriptors };
}

/** What is seen of a server when a load is over: so many accepted, so many in the queue, and these sockets, at each look. */
interface Seen {
  readonly accepted: number;
  readonly queued?: number;
  readonly held: readonly HeldSocket[];
}

/** The last look of the load was `before`; the first that comes after it takes a while. */
async function restOf(before: Seen, ...looks: readonly Seen[]) {
  const lives = new Lives();
  const usual = buildEvidence().baselineCounts;
  let now = before;
  let turn = 0;
  const observe = ({ held, queued = 0 }: Seen): Observation => ({
    ...{ snapshot: snapshot([]), held, outside: [], unaccepted: [], unfinished: 0 },
    ...{ acceptQueue: queued, census: usual },
  });
  const fake = {
    lives,
    get accepted() {
      return now.accepted;
    },
    take: () => {
      const untilMs = performance.now() + (turn === 0 ? SLOW_LOOK_MS : 0);
      now = looks[Math.min(turn++, looks.length - 1)] ?? before;
      while (performance.now() < untilMs);
      lives.note({ held: now.held, outside: [] }, performance.now());
      return observe(now);
    },
  };
  lives.note({ held: before.held, outside: [] }, performance.now() - SLOW_LOOK_MS);
  const isIdle = { sleep: 'unknown', unwokenSinceMs: 0, due: undefined, hasTimeout: false };
  const observer = { knowsOurs: true, watchSleep: () => () => isIdle, look: () => observe(now) };
  return restWatched(
    {
      observer: observer as unknown as Observer,
      looks: fake as unknown as Looks,
      ...{ usual, settleMs: SETTLE_MS, lateMs: SETTLE_MS, timeoutMs: SETTLE_MS },
      signal: new AbortController().signal,
    },
    false,
  );
}

describe('the rest after a load', () => {
  it('counts those too that are seen for the first time when the load is over', async () => {
    const all = { accepted: 300, held: [forgotten(1), forgotten(2)] };
    const { latest, settled } = await restOf({ accepted: 150, held: [forgotten(1)] }, all);
    assert.deepEqual([settled.state, latest.held.map(({ inode }) => inode)], ['held', [1, 2]]);
  });

  for (const [what, looks, expected] of [
    ['what the load has made since the last look at it is nobody else’s', [seen(300)], false],
    ['nor is what was still queued when it was over', [seen(200, 100), seen(300)], false],
    ['what comes on top of that is', [seen(200, 100), seen(301)], true],
  ] as const) {
    it(what, async () => {
      const { isInUse } = await restOf(seen(150), ...looks);
      assert.equal(isInUse, expected);
    });
  }
});

function seen(accepted: number, queued = 0): Seen {
  return { accepted, queued, held: [] };
}
