import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { DEADLINE, Deadlines, newCycle } from '../../src/workload/cycle.js';

const STEP_MS = 50;

/** What a cycle that is due after 5 s says at each of these moments. */
const CASES: ReadonlyArray<readonly [what: string, checkedAtMs: number[], error: string | undefined]> = [
  ['whose time is not up', [50, 100, 150], undefined],
  ['whose time is up', [...every(STEP_MS, 5_050)], DEADLINE],
  ['during which this process itself stood still', [50, 5_100], undefined],
  ['that has as much time again as this process stood still', [50, 5_100, 5_150, 5_200], undefined],
  ['that stood still afterwards too', [50, 5_100, ...every(STEP_MS, 5_100).map(ms => 5_100 + ms)], DEADLINE],
];

for (const [what, checkedAtMs, error] of CASES) {
  test(`a cycle ${what} ${error ? 'is over' : 'goes on'}`, () => {
    const deadlines = new Deadlines(0, STEP_MS);
    const cycle = newCycle(new Socket(), 1, 5_000);
    for (const nowMs of checkedAtMs) deadlines.check([cycle], nowMs);
    assert.equal(cycle.error, error);
    assert.equal(cycle.socket.destroyed, error !== undefined);
  });
}

function every(stepMs: number, untilMs: number): number[] {
  return Array.from({ length: Math.floor(untilMs / stepMs) }, (_, index) => (index + 1) * stepMs);
}
