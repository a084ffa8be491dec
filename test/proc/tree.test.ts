import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
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

/** A root below a shell, itself below pid 1, and one process more that pid 1 or the shell has. */
const SHELL = 5_000_000;
const GROUP = { processGroup: SHELL, session: SHELL };
type Differs = Partial<ProcessStat>;

const ORPHANS: ReadonlyArray<readonly [what: string, root: Differs, orphan: Differs, isFound: boolean]> = [
  ['one of the session that the root leads, whatever its group', {}, { session: MASTER }, true],
  ['one of the group that the root leads', {}, { processGroup: MASTER }, true],
  [
    'one of that group which a subreaper above the root has',
    {},
    { processGroup: MASTER, parentPid: SHELL, startTicks: MASTER + 100 },
    true,
  ],
  [
    'the next program of a pipeline, which the same shell has put into the group',
    {},
    { processGroup: MASTER, parentPid: SHELL, startTicks: MASTER },
    false,
  ],
  ['another program of a group that the root does not lead', GROUP, GROUP, false],
  ['one of the session of a shell that the root does not lead', GROUP, { session: SHELL }, false],
  ['a stranger', {}, {}, false],
  ['one that was there before the root', {}, { session: MASTER, startTicks: 1 }, false],
  ['one that has a parent which adopts nobody', {}, { session: MASTER, parentPid: SIBLING }, false],
];

for (const [what, ofRoot, ofOrphan, isFound] of ORPHANS) {
  test(`the tree has ${isFound ? '' : 'not '}${what}`, () => {
    const all = [
      stat(1, 0),
      stat(SHELL, 1),
      stat(SIBLING, 1),
      { ...stat(MASTER, SHELL), ...ofRoot },
      { ...stat(OTHER, 1), ...ofOrphan },
    ];
    const found = descendants(new Map(all.map(one => [one.pid, one])), [MASTER], 0);
    assert.deepEqual(
      found.map(({ pid }) => pid),
      isFound ? [MASTER, OTHER] : [MASTER],
    );
  });
}

test('an orphan that leads a session of its own brings all of that', () => {
  const all = [
    stat(1, 0),
    stat(MASTER, 1),
    { ...stat(WORKER, 1), processGroup: WORKER, session: MASTER },
    { ...stat(OTHER, 1), processGroup: WORKER, session: MASTER },
    { ...stat(HANDLER, OTHER), processGroup: HANDLER, session: HANDLER },
    { ...stat(SIBLING, 1), processGroup: SIBLING, session: HANDLER },
  ];
  const found = descendants(new Map(all.map(one => [one.pid, one])), [MASTER], 0);
  assert.deepEqual(
    found.map(({ pid }) => pid),
    [MASTER, WORKER, OTHER, HANDLER, SIBLING],
  );
});

/** Processes of the same image that are there for a moment only, beside a root and an orphan that run. */
const PASSING: ReadonlyArray<readonly [what: string, passing: Differs]> = [
  ['a child of the root that is gone before its program can be read', { parentPid: MASTER }],
  ['one whose parent was gone when the table was read', { parentPid: SIBLING }],
];

for (const [what, differs] of PASSING) {
  test(`an orphan is known by its image beside ${what}`, t => {
    const [root, orphan] = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
    t.after(() => [root, orphan].map(child => child.kill()));
    const [rootPid, orphanPid] = [Number(root.pid), Number(orphan.pid)];
    const parentPid = differs.parentPid === MASTER ? rootPid : differs.parentPid;
    const all = [
      stat(1, 0),
      { ...stat(rootPid, 1), image: 'a', startTicks: 1 },
      { ...stat(orphanPid, 1), image: 'a', startTicks: 2 },
      { ...stat(OTHER, Number(parentPid)), image: 'a' },
    ];
    const found = descendants(new Map(all.map(one => [one.pid, one])), [rootPid], 0);
    assert.ok(
      found.some(({ pid }) => pid === orphanPid),
      JSON.stringify(found),
    );
  });
}

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
    childCpuTicks: 0,
    faults: 0,
    childFaults: 0,
    exitCode: 0,
    threads: 1,
    startTicks: pid,
  };
}
