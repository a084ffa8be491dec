import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { compileC, launch, type Running } from '../servers/launch.js';
import { type RunningPool, startPool } from '../servers/pool.js';
import { churn, churnJson } from '../support/churn.js';
import { type OtherHost, otherHost } from '../support/other-host.js';

const BLIND = ['crash', 'restart', 'fd', 'zombie', 'child', 'thread', 'mapping', 'memory'];

describe('a server on another host', () => {
  let far: OtherHost | { readonly reason: string };
  before(async () => {
    far = await otherHost();
  });
  after(async () => {
    if ('address' in far) await far.remove();
  });

  /** Skips where no other host can be made. */
  async function withPool(
    test: TestContext,
    fault: Parameters<typeof startPool>[0],
    then: (pool: RunningPool, where: readonly string[]) => Promise<void>,
  ): Promise<void> {
    if ('reason' in far) return test.skip(far.reason);
    const pool = await startPool(fault, far);
    try {
      await then(pool, ['--host', far.address, '--port', String(pool.port)]);
    } finally {
      await pool.stop();
    }
  }

  it('is refused unless that is allowed, and without a gauge there is no verdict', test =>
    withPool(test, 'none', async (_pool, where) => {
      const refused = await churn(where);
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /is not an address of this machine.*--allow-remote/s);
      const blind = await churn([...where, '--allow-remote']);
      assert.deepEqual([blind.status, blind.stdout], [2, '']);
      assert.match(blind.stderr, /there has to be something else to judge it by.*--gauge http:/s);
    }));

  it('passes by its gauges, without the words of a proof, and says what was not seen', test =>
    withPool(test, 'none', async ({ metrics }, where) => {
      const args = [...where, '--allow-remote', '--cycles', '100', '--gauge', metrics];
      const { report, status, stdout } = await churnJson([...args, '--gauge', `${metrics}#pool_leased`]);
      assert.deepEqual([report.verdict, report.clean, status], ['pass', false, 0], stdout);
      assert.equal(report.summary, 'PASS  100 cycles, the gauges came back, more was not seen');
      for (const { kind, status: checked } of report.checks)
        if (BLIND.includes(kind)) assert.equal(checked, 'not-measured', kind);
      assert.match(report.notes.join('\n'), /judged by its gauges alone. Not seen: /);
      assert.deepEqual([report.before, report.series], [undefined, []]);
      assert.doesNotMatch(stdout, /0 leak|no leak/);
      const text = await churn(args);
      assert.match(text.stdout, /not looked into/);
      assert.match(text.stdout, /gauge {6}process_open_fds \d+ → \d+/);
    }));

  it('fails by the number that does not come back', test =>
    withPool(test, 'lease', async ({ stats }, where) => {
      const { report, status } = await churnJson([
        ...[...where, '--allow-remote', '--cycles', '100', '--settle', '1s'],
        ...['--gauge', `${stats}#pools[0].leased`],
      ]);
      assert.equal(status, 1);
      assert.deepEqual(
        report.findings.map(({ kind, count }) => [kind, count]),
        [['gauge', 40]],
      );
    }));

  it('that leaks descriptors is caught by process_open_fds, which may be any program’s count', test =>
    withServer(test, ['--fault', 'no-close', '--every', '2'], async ({ pid }, where) => {
      const { report, status } = await churnJson([
        ...[...where, '--allow-remote', '--cycles', '100', '--settle', '500ms'],
        ...['--gauge', `cmd:sh -c 'echo process_open_fds $(ls /proc/${pid}/fd | wc -l)'#process_open_fds`],
      ]);
      assert.equal(status, 1);
      assert.match(
        report.findings[0]?.title ?? '',
        /^process_open_fds \d+ → \d+, one on about every 2 cycles$/,
      );
    }));

  it('that accepts nobody is no pass, although its gauge stands still', test =>
    withServer(test, ['--fault', 'never-accept'], async (_server, where) => {
      const { report, status } = await churnJson([
        ...[
          ...where,
          '--allow-remote',
          '--cycles',
          '20',
          '--timeout',
          '300ms',
          '--settle',
          '100ms',
          '--strict',
        ],
        ...['--gauge', 'cmd:echo 7'],
      ]);
      assert.notEqual(status, 0, report.summary);
      assert.notEqual(report.verdict, 'pass');
    }));

  async function withServer(
    test: TestContext,
    faults: readonly string[],
    then: (server: Running, where: readonly string[]) => Promise<void>,
  ): Promise<void> {
    if ('reason' in far) return test.skip(far.reason);
    const command = [await compileC('poll'), '--host', far.address, ...faults];
    const server = await launch([...far.prefix, ...command]);
    try {
      await then(server, ['--host', far.address, '--port', String(server.port)]);
    } finally {
      await server.stop();
    }
  }
});

it('--allow-remote changes nothing for a server that can be looked into', async () => {
  const server = await launch([await compileC('poll')]);
  try {
    const { report } = await churnJson(['--port', String(server.port), '--cycles', '50', '--allow-remote']);
    const doubts = report.checks.filter(({ status }) => status === 'undecided');
    assert.deepEqual(
      [report.verdict, report.clean],
      ['pass', true],
      JSON.stringify([report.summary, doubts, report.notes, report.cycles]),
    );
  } finally {
    await server.stop();
  }
});
