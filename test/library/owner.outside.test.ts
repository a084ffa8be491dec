import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run, thorough, watch } from '../../src/index.js';
import type { RunOptions, WatchOptions } from '../../src/library/options.js';
import type { Report } from '../../src/report/report.js';
import { compileC, startC } from '../servers/launch.js';
import { compileLife } from '../servers/life/compile.js';
import { startPool } from '../servers/pool.js';
import { parseReport as validated } from '../support/churn.js';

const zoo = async (...faults: string[]) => [await compileC('poll'), '--port', '{port}', ...faults];
const life = async (defect: string) => [await compileLife(), defect, '{port}'];

/** What is asked of a server that the library starts, how it is judged for it, and where the report says so. */
const CASES: ReadonlyArray<
  readonly [
    what: string,
    command: () => Promise<string[]>,
    options: RunOptions,
    verdict: string,
    holds: (report: Report) => void,
  ]
> = [
  [
    'nofile drives it to its limit',
    () => zoo(),
    { nofile: 64 },
    'pass',
    ({ server }) => assert.deepEqual([server?.limit?.openFiles, server?.limit?.reached], [64, true]),
  ],
  [
    'nofile fails one that ends there',
    () => zoo('--fault', 'emfile-exit'),
    { nofile: 64 },
    'fail crash',
    ({ server }) => assert.equal(server?.limit?.died.length, 1),
  ],
  [
    'reload signals it so often',
    () => life('reloads'),
    { cycles: 200, reload: 'SIGHUP:20' },
    'pass',
    ({ server }) => {
      assert.deepEqual([server?.reload?.everyCycles, server?.reload?.signal], [20, 'SIGHUP']);
      assert.deepEqual([server?.reload?.replaced, server?.reload?.cutOff], [2, 0]);
    },
  ],
  [
    'reload fails one whose old workers stay',
    () => life('keeps-workers'),
    { cycles: 200, reload: 'SIGHUP', settle: '1s' },
    'fail child',
    ({ server }) => assert.ok((server?.reload?.more ?? 0) >= 2),
  ],
  [
    'shutdown stops it while clients churn, and those that are held stay',
    () => zoo(),
    { shutdown: true, hold: 3 },
    'pass',
    ({ server }) => assert.deepEqual([server?.shutdown?.held, server?.stopped.how], [3, 'term']),
  ],
  [
    'shutdown fails one that ignores SIGTERM',
    () => life('ignores-term'),
    { shutdown: true, grace: '300ms' },
    'fail shutdown',
    ({ server }) => assert.equal(server?.stopped.how, 'kill'),
  ],
  [
    'repeat starts it as often',
    () => zoo(),
    { repeat: 2 },
    'pass',
    ({ notes }) => assert.match(notes.join('\n'), /started, tried and stopped 2 times, and passed each time/),
  ],
  [
    'repeat ends with the first start that is no pass',
    () => zoo('--fault', 'no-close'),
    { repeat: 3, settle: '1s' },
    'fail fd',
    ({ notes }) => assert.match(notes.join('\n'), /This is start 1 of 3/),
  ],
  [
    'hold keeps silent clients, and names those that are forgotten',
    () => zoo('--fault', 'no-close', '--every', '7'),
    { hold: 14, holdEnd: 'rst', settle: '1s', confirm: false },
    'fail fd',
    ({ hold }) => assert.deepEqual([hold?.opened, hold?.end, (hold?.forgotten ?? 0) > 0], [14, 'rst', true]),
  ],
  [
    'one gauge is a string',
    () => zoo(),
    { gauge: 'cmd:echo 7' },
    'pass',
    ({ gauges }) => assert.deepEqual([gauges?.length, gauges?.[0]?.before, gauges?.[0]?.after], [1, 7, 7]),
  ],
];

describe('the library asks a server of its own', () => {
  for (const [what, command, options, verdict, holds] of CASES) {
    it(what, async () => {
      const report = await run({ port: 'auto', cycles: 100, ...options, command: await command() });
      const kinds = report.findings.filter(({ severity }) => severity === 'fail').map(({ kind }) => kind);
      assert.equal([report.verdict, ...kinds].join(' '), verdict, report.summary);
      holds(report);
      validated(JSON.stringify(report));
    });
  }

  it('at its limit and at its end, after every client in turn', async () => {
    const { verdict, runs, server } = await thorough({
      ...{ port: 'auto', cycles: 10, nofile: 64, shutdown: true },
      command: await zoo(),
    });
    assert.deepEqual([verdict, server?.limit?.reached], ['pass', true]);
    assert.ok((runs?.length ?? 0) >= 14);
    assert.ok((server?.shutdown?.cycles ?? 0) > 0);
  });
});

describe('the library asks a server for its gauges', () => {
  it('in run(), one that does not come back fails', async () => {
    const pool = await startPool('lease');
    try {
      const gauge = [`${pool.stats}#pools[0].leased`, 'cmd:echo 1'];
      const { findings, gauges } = await run({ port: pool.port, cycles: 100, gauge, settle: '1s' });
      assert.deepEqual(
        findings.map(({ kind, count }) => [kind, count]),
        [['gauge', 40]],
      );
      assert.deepEqual(
        gauges?.map(({ name }) => name),
        ['pools[0].leased', 'echo 1'],
      );
    } finally {
      await pool.stop();
    }
  });

  it('in watch(), and says in the report how to watch again', async () => {
    const server = await startC('thread');
    try {
      const load = ['sh', '-c', 'exit 0'];
      const { gauges, tool } = await watch({ port: server.port, command: load, gauge: 'cmd:echo 7' });
      assert.equal(gauges?.[0]?.after, 7);
      assert.deepEqual(tool.command.slice(0, 3), ['watch', '--port', String(server.port)]);
    } finally {
      await server.stop();
    }
  });
});

describe('the library refuses as the command line does', () => {
  const RUN: ReadonlyArray<readonly [options: object, says: RegExp]> = [
    [{ port: 9_000, nofile: 64 }, /--nofile needs a server that churn starts itself/],
    [{ port: 'auto', command: ['x', '{port}'], nofile: 3 }, /--nofile expects a whole number from 8/],
    [{ port: 'auto', command: ['x', '{port}'], reload: 'SIGKILL' }, /--reload expects SIGHUP/],
    [{ port: 'auto', command: ['x', '{port}'], repeat: 0 }, /--repeat expects a whole number from 1/],
    [{ port: 'auto', command: './server' }, /command expects a list of words, got "\.\/server"/],
    [{ port: 9_000, gauge: 'leased' }, /--gauge expects URL#NAME/],
    [{ port: 9_000, holdEnd: 'rst' }, /--hold-end has no meaning without --hold/],
  ];
  for (const [options, says] of RUN) {
    it(`run(${JSON.stringify(options)})`, async () => {
      await assert.rejects(run(options), { name: 'ChurnError', code: 'usage', message: says });
    });
  }

  for (const other of ['hold', 'nofile', 'reload', 'shutdown', 'repeat', 'cycles']) {
    it(`watch() with ${other}, which only a run has`, async () => {
      const options = { port: 9_000, duration: '1s', [other]: 1 } as WatchOptions;
      const message = new RegExp(`^${other} is an option of run\\(\\), and watch\\(\\) makes no connections`);
      await assert.rejects(watch(options), { name: 'ChurnError', code: 'usage', message });
    });
  }
});
