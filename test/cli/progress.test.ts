import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from '../../src/cli/progress.js';
import { paper, progress } from '../support/progress.js';

const loadLive = () => import('../../src/cli/live/on-demand.js');

for (const [what, isTTY, env, wanted] of [
  ['a pipe, of a short run', false, {}, true],
  ['a pipe, with --no-progress', false, {}, false],
  ['a terminal, with --no-progress', true, {}, false],
  ['a terminal that a CI server lends', true, { CI: 'true' }, true],
  ['a terminal that knows no escape codes', true, { TERM: 'dumb' }, true],
] as const) {
  test(`nothing is shown on ${what}`, async () => {
    const { written, stderr } = paper(isTTY);
    const line = progressLine({ stderr, env, onYield: () => () => undefined }, wanted);
    line.update(progress());
    await loadLive();
    line.update(progress({ elapsedMs: 5_000 }));
    line.clear();
    assert.deepEqual(written, []);
  });
}

test('a run that is over in the blink of an eye leaves a terminal alone', async () => {
  const { written, stderr } = paper(true);
  const line = progressLine({ stderr, env: {}, onYield: () => () => undefined }, true);
  line.update(progress({ elapsedMs: 149 }));
  line.clear();
  line.clear();
  await loadLive();
  assert.deepEqual(written, []);
});

test('a run that ends while its live view is being loaded leaves a terminal alone', async () => {
  const { written, stderr } = paper(true);
  const line = progressLine({ stderr, env: {}, onYield: () => () => undefined }, true);
  line.update(progress());
  line.clear();
  await loadLive();
  line.update(progress({ elapsedMs: 5_000 }));
  assert.deepEqual(written, []);
});

test('a live view is taken away once, and at once when the terminal is about to be somebody else’s', async () => {
  const { written, stderr } = paper(true);
  const yielding: Array<() => void> = [];
  let takenBack = 0;
  const onYield = (clear: () => void) => {
    yielding.push(clear);
    return () => void takenBack++;
  };
  const line = progressLine({ stderr, env: {}, onYield }, true);
  line.update(progress());
  await loadLive();
  line.update(progress({ elapsedMs: 2_200 }));
  assert.equal(yielding.length, 1);
  const erased = () => written.filter(text => text === '\r\u001b[J').length;
  assert.equal(erased(), 0);
  yielding[0]?.();
  assert.equal(erased(), 1);
  line.update(progress({ elapsedMs: 2_400 }));
  line.clear();
  line.clear();
  assert.equal(erased(), 2);
  assert.equal(takenBack, 1);
});
