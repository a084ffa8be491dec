import assert from 'node:assert/strict';
import { test } from 'node:test';
import { departedProcesses } from '../../src/gather/attribution.js';
import type { ProcessSnapshot } from '../../src/sampler/snapshot.js';
import { serverProcess, snapshot } from '../support/evidence.js';

const master = serverProcess({ pid: 100, parentPid: 1, comm: 'master' });
const workers = [101, 102, 103].map(pid => serverProcess({ pid, parentPid: 100, comm: 'worker' }));
const [first, second, third] = workers as [ProcessSnapshot, ProcessSnapshot, ProcessSnapshot];
const fresh = (pid: number, different: Partial<ProcessSnapshot> = {}) =>
  serverProcess({ pid, parentPid: 100, comm: 'worker', startTicks: 9_000, ...different });

type Told = readonly [pid: number, isRoot: boolean, replacedBy: number | undefined];

const CASES: ReadonlyArray<
  readonly [what: string, before: ProcessSnapshot[], after: ProcessSnapshot[], roots: number[], told: Told[]]
> = [
  ['everybody is there', [master, first], [master, first], [100], []],
  ['a child came', [master], [master, first], [100], []],
  ['the sole root is gone', [master], [], [100], [[100, true, undefined]]],
  [
    'the sole root is gone and somebody started another',
    [master],
    [serverProcess({ pid: 200, parentPid: 1, comm: 'master' })],
    [100],
    [[100, true, 200]],
  ],
  [
    'the sole root is gone and its pid belongs to a later process',
    [master],
    [{ ...master, startTicks: 9_000 }],
    [100],
    [[100, true, 100]],
  ],
  ['a worker is gone', [master, first, second], [master, second], [100], [[101, false, undefined]]],
  [
    'a worker was replaced',
    [master, first, second],
    [master, second, fresh(110)],
    [100],
    [[101, false, 110]],
  ],
  [
    'two workers are gone and one is new',
    [master, first, second],
    [master, fresh(110)],
    [100],
    [
      [101, false, 110],
      [102, false, undefined],
    ],
  ],
  [
    'two workers were replaced',
    [master, first, second],
    [master, fresh(110), fresh(111)],
    [100],
    [
      [101, false, 110],
      [102, false, 111],
    ],
  ],
  [
    'the new one is of another program',
    [master, first],
    [master, fresh(110, { comm: 'logger' })],
    [100],
    [[101, false, undefined]],
  ],
  [
    'the new one has another parent',
    [master, first],
    [master, fresh(110, { parentPid: 5 })],
    [100],
    [[101, false, undefined]],
  ],
  [
    'one of three equal roots was replaced',
    [first, second, third],
    [second, third, fresh(110)],
    [101, 102, 103],
    [[101, false, 110]],
  ],
  [
    'one of three equal roots is gone for good',
    [first, second, third],
    [second, third],
    [101, 102, 103],
    [[101, true, undefined]],
  ],
];

for (const [what, before, after, roots, told] of CASES) {
  test(`${what}: ${told.length === 0 ? 'nobody' : told.map(([pid]) => pid).join(' and ')} departed`, () => {
    const departed = departedProcesses(snapshot(before), snapshot(after), roots, () => false);
    assert.deepEqual(
      departed.map(({ pid, isRoot, replacedBy }) => [pid, isRoot, replacedBy]),
      told,
    );
  });
}

test('a process that is a zombie now has departed, and tells the signal that ended it', () => {
  const zombies = [{ pid: first.pid, startTicks: first.startTicks, parentPid: 100, exitCode: 139 }];
  const departed = departedProcesses(
    snapshot([master, first]),
    snapshot([master], { zombies }),
    [100],
    () => false,
  );
  assert.deepEqual(
    departed.map(({ pid, signal }) => [pid, signal]),
    [[101, 11]],
  );
});

test('whether it was busy with somebody else is asked of the process as it was', () => {
  const busy = serverProcess({ ...first, state: 'D' });
  const departed = departedProcesses(
    snapshot([master, busy, second]),
    snapshot([master]),
    [100],
    ({ state }) => state === 'D',
  );
  assert.deepEqual(
    departed.map(({ comm, servedOther }) => [comm, servedOther]),
    [
      ['worker', true],
      ['worker', false],
    ],
  );
});
