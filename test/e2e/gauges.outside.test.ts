import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { startC } from '../servers/launch.js';
import { type RunningPool, startPool } from '../servers/pool.js';
import { churn, churnJson } from '../support/churn.js';

const SHORT = ['--cycles', '200'];

describe('gauges of a server with a real pool and a real exporter', () => {
  it('a pool that loses a lease where the answer has an error status fails, and all its descriptors would have passed', () =>
    withPool('lease', async ({ port, metrics }) => {
      const { report, status } = await churnJson([
        ...['--port', String(port), ...SHORT],
        ...['--gauge', `${metrics}#pool_leased{pool="behind"}`],
      ]);
      assert.equal(status, 1);
      assert.deepEqual(
        report.findings.map(({ kind, count }) => [kind, count]),
        [['gauge', 40]],
      );
      assert.equal(report.findings[0]?.title, 'pool_leased{pool="behind"} 0 → 40, and it does not come back');
    }));

  it('the same pool with every body read passes, with everything that is usually counted', () =>
    withPool('none', async ({ port, metrics, stats }) => {
      const { report, status, stdout } = await churnJson([
        ...['--port', String(port), ...SHORT, '--strict', '--allow', 'memory=0', '--budget', '3s'],
        ...['--gauge', `${metrics}#pool_leased`, '--gauge', `${stats}#pools[0].leased`, '--gauge', metrics],
      ]);
      assert.deepEqual(report.findings, [], stdout);
      assert.deepEqual(
        report.gauges?.map(({ name }) => name),
        [
          ...['pool_leased', 'pools[0].leased', 'process_open_fds', 'process_resident_memory_bytes'],
          ...['nodejs_active_handles'],
        ],
      );
      assert.equal(report.checks.find(({ kind }) => kind === 'gauge')?.status, 'pass');
      assert.ok(status === 0 || report.checks.some(check => check.kind === 'memory'), stdout);
    }));

  it('a number that leaks alone, and grows with every other connection, is found by it', () =>
    withPool('counter', async ({ port, stats }) => {
      const { report } = await churnJson(['--port', String(port), ...SHORT, '--gauge', `${stats}#busy`]);
      const [finding] = report.findings;
      assert.equal(finding?.kind, 'gauge');
      assert.match(finding.title, /^busy 0 → \d+, one on about every 2 cycles$/);
      assert.match(finding.evidence[0] ?? '', /^grew again in every confirming round:( \+\d+){3}/);
    }));
});

describe('gauges that cannot be read', () => {
  const CASES: ReadonlyArray<readonly [name: string, gauge: (metrics: string) => string, says: RegExp]> = [
    [
      'a name that is not there',
      metrics => `${metrics}#pool_lease`,
      /there is no pool_lease; there are pool_/,
    ],
    ['labels that are not there', metrics => `${metrics}#pool_leased{pool="x"}`, /pool="behind"/],
    ['a counter', metrics => `${metrics}#process_cpu_seconds_total`, /is a counter, which only ever grows/],
    ['a page that is not there', metrics => `${metrics.replace('metrics', 'gone')}#x`, /has status 404/],
    ['a port that nobody listens on', () => 'http://127.0.0.1:9/#x', /ECONNREFUSED.*curl/s],
    ['a program that is not there', () => 'cmd:/nowhere/leased', /cannot be run \(ENOENT\)/],
    ['a program that fails', () => 'cmd:sh -c "exit 3"', /sh ended with status 3/],
    ['a program that prints no number', () => 'cmd:echo many', /neither JSON nor .*: many/],
  ];
  it('are exit 2 before the first cycle, with a sentence', () =>
    withPool('none', async ({ port, metrics }) => {
      for (const [name, gauge, says] of CASES) {
        const { status, stderr, stdout } = await churn(['--port', String(port), '--gauge', gauge(metrics)]);
        assert.equal(status, 2, name);
        assert.match(stderr, says, name);
        assert.equal(stdout, '', name);
      }
    }));

  it('one that vanishes during the run is undecided, never a pass', async () => {
    let asked = 0;
    const page = createServer((_request, response) => {
      asked += 1;
      response.end(asked === 1 ? '{"leased":0}' : '{}');
    });
    await once(page.listen(0, '127.0.0.1'), 'listening');
    const server = await startC('thread');
    try {
      const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}/#leased`;
      const { report, status } = await churnJson([
        '--port',
        String(server.port),
        '--gauge',
        url,
        '--strict',
        '--cycles',
        '100',
      ]);
      assert.deepEqual([report.verdict, status], ['undecided', 3]);
      assert.match(report.summary, /not decided: gauge$/);
      assert.match(
        report.notes.join('\n'),
        /The gauge leased could not be read any more \(there is no leased\)/,
      );
    } finally {
      await server.stop();
      page.close();
    }
  });
});

it('what a program prints is a gauge, too', async () => {
  const server = await startC('thread', ['--fault', 'file']);
  try {
    const { report } = await churnJson([
      ...['--port', String(server.port), '--cycles', '60', '--fail-on', 'gauge'],
      ...['--gauge', `cmd:sh -c 'ls /proc/${server.pid}/fd | wc -l'`],
    ]);
    assert.equal(report.gauges?.[0]?.bytes, false);
    const { before, after } = report.gauges?.[0] ?? {};
    assert.ok((after ?? 0) >= (before ?? 0) + 60, `${before} → ${after}`);
  } finally {
    await server.stop();
  }
});

async function withPool(
  fault: Parameters<typeof startPool>[0],
  then: (pool: RunningPool) => Promise<void>,
): Promise<void> {
  const pool = await startPool(fault);
  try {
    await then(pool);
  } finally {
    await pool.stop();
  }
}
