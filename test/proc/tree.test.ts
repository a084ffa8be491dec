import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessStat } from '../../src/proc/parse/process-stat.js';
import { descendants, isAncestor } from '../../src/proc/tree.js';

/** Pids beyond the largest that a kernel gives out, so that none of them is a real process. */
const [MASTER, WORKER, HANDLER, OTHER, SIBLING] = [
  5_000_001, 5_000_002, 5_000_003, 5_000_004, 5_000_005,
] as const;

const TABLE = table([
  [1, 0],
  [MASTER, 1],
  [HANDLER, WORKER],
  [WORKER, MASTER],
  [OTHER, MASTER],
  [SIBLING, 1],
]);

const TREES: ReadonlyArray<readonly [what: string, roots: number[], exclude: number, found: number[]]> = [
  ['a master, its workers and their children, parents first', [MASTER], 0, [MASTER, WORKER, OTHER, HANDLER]],
  ['a worker and what is below it', [WORKER], 0, [WORKER, HANDLER]],
  ['a root below another root, once', [MASTER, WORKER], 0, [MASTER, WORKER, OTHER, HANDLER]],
  ['two roots side by side', [WORKER, SIBLING], 0, [WORKER, SIBLING, HANDLER]],
  ['the tree without what is excluded and all below that', [MASTER], WORKER, [MASTER, OTHER]],
  ['nothing for a root that is gone', [5_000_009], 0, []],
];

for (const [what, roots, exclude, found] of TREES) {
  test(`the tree is ${what}`, () => {
    assert.deepEqual(
      descendants(TABLE, roots, exclude).map(({ pid }) => pid),
      found,
    );
  });
}

test('a table that was read while pids were reused may hold a ring, and ends all the same', () => {
  const ring = table([
    [MASTER, WORKER],
    [WORKER, MASTER],
  ]);
  assert.deepEqual(
    descendants(ring, [MASTER], 0).map(({ pid }) => pid),
    [MASTER, WORKER],
  );
});

test('a double-forked child that init has not reaped yet is no zombie of the server', () => {
  const master = { ...stat(MASTER, 1), processGroup: MASTER };
  const zombie = { ...stat(WORKER, 1), processGroup: MASTER, state: 'Z' };
  const own = { ...stat(OTHER, MASTER), processGroup: MASTER, state: 'Z' };
  const found = descendants(new Map([master, zombie, own].map(one => [one.pid, one])), [MASTER], 0);
  assert.deepEqual(
    found.map(({ pid }) => pid),
    [MASTER, OTHER],
  );
});

const ANCESTORS: ReadonlyArray<readonly [ancestor: number, pid: number, is: boolean]> = [
  [MASTER, HANDLER, true],
  [MASTER, WORKER, true],
  [1, HANDLER, true],
  [WORKER, OTHER, false],
  [MASTER, MASTER, false],
  [HANDLER, MASTER, false],
  [MASTER, 5_000_009, false],
];

for (const [ancestor, pid, is] of ANCESTORS) {
  test(`${ancestor} is ${is ? 'an' : 'no'} ancestor of ${pid}`, () => {
    assert.equal(isAncestor(TABLE, ancestor, pid), is);
  });
}

function table(pairs: ReadonlyArray<readonly [pid: number, parentPid: number]>): Map<number, ProcessStat> {
  return new Map(pairs.map(([pid, parentPid]) => [pid, stat(pid, parentPid)]));
}

function stat(pid: number, parentPid: number): ProcessStat {
  return {
    pid,
    comm: 'server',
    state: 'S',
    parentPid,
    processGroup: pid,
    session: pid,
    cpuTicks: 0,
    faults: 0,
    childFaults: 0,
    exitCode: 0,
    startTicks: pid,
  };
}
