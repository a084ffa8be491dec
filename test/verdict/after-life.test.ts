import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeLife } from '../../src/verdict/after-life.js';
import type { AtLimit, Life, Reloaded, Stop } from '../../src/verdict/life.js';

const STOPPED: Stop = {
  ...{ how: 'term', exit: { status: 0 }, tookMs: 10, leftBehind: [], portFree: true, survivors: [] },
};
const LIMIT: AtLimit = {
  ...{ openFiles: 64, clients: 70, fullestFds: 64, reached: true, cpuPercent: 0, died: [], replaced: [] },
  ...{ servedAfterMs: 5, waitedMs: 5, queued: 0, fdsBefore: 4, fdsAfter: 4, kept: [] },
};
const RELOADED: Reloaded = {
  ...{ signal: 'SIGHUP', everyCycles: 200, everyMs: undefined, sent: 5, workers: 2, replaced: 2, more: 0 },
  ...{ stale: [], watched: 15, cutOff: 0, endsByItself: false },
};
const SHUTDOWN = { cycles: 100, concurrency: 4, held: 0 };
const LIFE: Life = {
  ...{ given: ['./s'], command: ['./s'], picksPort: false, pid: 2, port: 9, readyMs: 1, isDaemon: false },
  ...{ graceMs: 5_000, stopped: STOPPED, limit: undefined, limitSkipped: undefined, reloaded: undefined },
  ...{
    shutdown: undefined,
    sanitizers: [],
    unheard: [],
    openAtExit: [],
    output: { lines: [], file: undefined },
  },
};

const CASES: ReadonlyArray<readonly [what: string, life: Partial<Life>, found: readonly string[]]> = [
  ['nothing that was asked', {}, []],
  ['a server that serves again', { limit: LIMIT }, []],
  [
    'a server that does not serve again',
    { limit: { ...LIMIT, servedAfterMs: undefined, queued: 4 } },
    ['fail hang 4'],
  ],
  ['a server that died at its limit', { limit: { ...LIMIT, died: [{ pid: 2 }] } }, ['fail crash 1']],
  [
    'a death is told alone',
    { limit: { ...LIMIT, died: [{ pid: 2 }], servedAfterMs: undefined, cpuPercent: 99 } },
    ['fail crash 1'],
  ],
  [
    'a worker that ended at its limit',
    { limit: { ...LIMIT, replaced: [{ pid: 3, replacedBy: 4 }] } },
    ['fail restart 1'],
  ],
  ['a server that spins', { limit: { ...LIMIT, cpuPercent: 25 } }, ['warn spin 1']],
  ['a server that naps between its tries', { limit: { ...LIMIT, cpuPercent: 24 } }, []],
  ['descriptors that were opened once', { limit: { ...LIMIT, fdsAfter: 9 } }, []],
  ['a clean reload', { reloaded: RELOADED }, []],
  ['a helper that came once', { reloaded: { ...RELOADED, more: 1, stale: [3] } }, []],
  ['a single reload', { reloaded: { ...RELOADED, sent: 1, more: 2, stale: [3, 4] } }, []],
  ['workers that stay each time', { reloaded: { ...RELOADED, more: 10, stale: [3, 4] } }, ['fail child 10']],
  ['clients that were cut off', { reloaded: { ...RELOADED, cutOff: 2 } }, ['fail reload 2']],
  [
    'a server that ends such connections anyway',
    { reloaded: { ...RELOADED, cutOff: 2, endsByItself: true } },
    [],
  ],
  ['a proper end', { shutdown: SHUTDOWN }, []],
  [
    'a server that had to be killed',
    { shutdown: SHUTDOWN, stopped: { ...STOPPED, how: 'kill', exit: { signal: 'SIGKILL' } } },
    ['fail shutdown 1'],
  ],
  ['the same, unasked', { stopped: { ...STOPPED, how: 'kill' } }, []],
  [
    'a server that SIGTERM ends by default',
    { shutdown: SHUTDOWN, stopped: { ...STOPPED, exit: { signal: 'SIGTERM' } } },
    [],
  ],
  [
    'a server that crashes at its end',
    { shutdown: SHUTDOWN, stopped: { ...STOPPED, exit: { signal: 'SIGSEGV' } } },
    ['fail shutdown 1'],
  ],
  [
    'somebody who still listens',
    { shutdown: SHUTDOWN, stopped: { ...STOPPED, portFree: false } },
    ['fail shutdown 1'],
  ],
  [
    'a server that was gone before',
    { shutdown: SHUTDOWN, stopped: { ...STOPPED, how: 'itself', portFree: false } },
    [],
  ],
];

const POLICY = { strict: false, failOn: undefined, allow: {} };

for (const [what, life, found] of CASES) {
  test(`${what}: ${found.join(', ') || 'nothing'}`, () => {
    const { findings, clean } = judgeLife({ ...LIFE, ...life }, 1_000, POLICY);
    assert.deepEqual(
      findings.map(({ severity, kind, count }) => `${severity} ${kind} ${count}`),
      found,
    );
    assert.equal(clean, !found.some(one => one.startsWith('fail')));
  });
}

test('what is allowed is a warning, and no clean life', () => {
  const life = { ...LIFE, reloaded: { ...RELOADED, cutOff: 2 } };
  const { findings, allowed, clean } = judgeLife(life, 1_000, { ...POLICY, allow: { reload: 2 } });
  assert.deepEqual(allowed, [{ kind: 'reload', count: 2 }]);
  assert.equal(findings[0]?.severity, 'warn');
  assert.equal(clean, false);
});
