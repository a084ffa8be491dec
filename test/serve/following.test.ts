import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Series } from '../../src/sampler/series.js';
import type { ServePoint } from '../../src/serve/followers.js';
import { follow, OwnMemory } from '../../src/serve/following.js';

type Following = Parameters<typeof follow>[0];

/** A client that never stops to connect, in a machine whose tables are never read to their end. */
function followed(signal: AbortSignal, durationMs?: number): Following & { readonly looks: () => number } {
  let [events, looks] = [0, 0];
  const limits = { patienceMs: undefined } as Following['options']['limits'];
  return {
    options: { limits, durationMs } as Following['options'],
    context: { signal, onProgress: () => undefined },
    book: {
      get events() {
        return events++;
      },
      visits: new Set(),
    },
    followers: {
      look: () => {
        looks++;
        return new Promise(() => undefined);
      },
    },
    series: new Series<ServePoint>(10, 20),
    own: new OwnMemory(),
    client: { ended: new Promise(() => undefined) },
    startedAtMs: performance.now(),
    asking: () => 1,
    onFirstLook: () => undefined,
    looks: () => looks,
  };
}

describe('whoever follows a client that goes on, and tables that are never read to the end', () => {
  it('waits for neither of them when it is interrupted in the middle of a look', async () => {
    const interrupt = new AbortController();
    const following = followed(interrupt.signal);
    await follow({ ...following, onFirstLook: () => interrupt.abort() });
    assert.equal(following.looks(), 1);
  });

  it('waits for neither of them when the time is up', async () => {
    await follow(followed(new AbortController().signal, 1));
  });
});
