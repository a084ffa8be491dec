import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessSnapshot } from '../../src/sampler/snapshot.js';
import { idleCpuPercent, isSpinning } from '../../src/verdict/checks/work.js';
import { buildEvidence, serverProcess, snapshot } from '../support/evidence.js';

const used = (cpuTicks: number, different: Partial<ProcessSnapshot> = {}) =>
  serverProcess({ cpuTicks, ...different });

/** A tick is 10 ms of CPU time. */
const WATCHES: ReadonlyArray<
  readonly [
    what: string,
    wallMs: number,
    from: ProcessSnapshot[],
    to: ProcessSnapshot[],
    percent: number | undefined,
    spins: boolean,
  ]
> = [
  ['a server that sleeps', 300, [used(50)], [used(50)], 0, false],
  ['a server that polls now and then', 300, [used(50)], [used(51)], 10 / 3, false],
  ['a server that keeps a CPU busy', 300, [used(50)], [used(80)], 100, true],
  ['a server that has a quarter of a CPU', 1_000, [used(50)], [used(75)], 25, true],
  ['a server that has a little less', 1_000, [used(50)], [used(74)], 24, false],
  [
    'two workers that share one CPU',
    300,
    [used(50), used(50, { pid: 2 })],
    [used(65), used(65, { pid: 2 })],
    100,
    true,
  ],
  [
    'a child that came meanwhile, whose past is not counted',
    300,
    [used(50)],
    [used(50), used(900, { pid: 2 })],
    0,
    false,
  ],
  ['a process with the pid of an earlier one', 300, [used(50)], [used(900, { startTicks: 9_000 })], 0, false],
  ['a child that went', 300, [used(50), used(900, { pid: 2 })], [used(50)], 0, false],
  ['a look too short for ticks of 10 ms', 199, [used(50)], [used(69)], undefined, false],
];

for (const [what, wallMs, from, to, percent, spins] of WATCHES) {
  test(`${what} ${spins ? 'spins' : 'does not spin'}`, () => {
    const evidence = buildEvidence({
      quiet: { from: snapshot(from, { atMs: 1_000 }), to: snapshot(to, { atMs: 1_000 + wallMs }) },
    });
    const told = idleCpuPercent(evidence.quiet);
    if (percent === undefined) assert.equal(told, undefined);
    else assert.ok(told !== undefined && Math.abs(told - percent) < 1e-9, `${told} %`);
    assert.equal(isSpinning(evidence), spins);
  });
}

test('a server that was not watched is not called busy', () => {
  assert.equal(idleCpuPercent(buildEvidence().quiet), undefined);
  assert.equal(isSpinning(buildEvidence()), false);
});
