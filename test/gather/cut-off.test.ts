import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exceptForCutOff, type LastRest } from '../../src/gather/rest.js';

/** A server that holds connections of ours, and does not move. */
function holding(...connections: readonly number[]): LastRest {
  const held = connections.map(connection => ({ role: 'connection', connection }));
  return { settled: { state: 'held' }, latest: { held, outside: [] } } as unknown as LastRest;
}

for (const [what, rest, state] of [
  ['only the one that was cut off may still be served', holding(34), 'draining'],
  ['one that had ended before is held', holding(33), 'held'],
  ['one that had ended before is held beside the one that was cut off', holding(33, 34), 'held'],
  ['nothing of ours is left', holding(), 'held'],
] as const) {
  test(`after an interruption: ${what}`, () => {
    assert.equal(exceptForCutOff(rest, 33).settled.state, state);
  });
}
