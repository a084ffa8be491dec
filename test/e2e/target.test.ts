import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { launch, startC } from '../servers/launch.js';
import { ask, churn, churnJson } from '../support/churn.js';

/** Who was found does not depend on further cycles, which cost four times as much as these. */
const FEW = ['--cycles', '100', '--no-confirm'];

describe('from a port to the server', () => {
  for (const [host, address] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::1', '[::1]'],
    ['::', '[::1]'],
  ] as const) {
    it(`finds a listener on ${host} and connects to ${address}`, async () => {
      const server = await startC('poll', ['--host', host, '--fault', 'no-close', '--every', '50']);
      try {
        const { report } = await churnJson(['--port', String(server.port), ...FEW]);
        assert.equal(report.target?.address, `${address}:${server.port}`);
        assert.deepEqual(report.target?.pids, [server.pid]);
        assert.equal(report.findings[0]?.count, 2, 'the connections are attributed in this family too');
      } finally {
        await server.stop();
      }
    });
  }

  it('reaches a listener on :: by IPv4 too, where the two ends stand in two tables', async () => {
    const server = await startC('poll', ['--host', '::', '--fault', 'no-close', '--every', '50']);
    try {
      const args = ['--port', String(server.port), '--host', '127.0.0.1', ...FEW];
      const { report } = await churnJson(args);
      assert.equal(report.target?.address, `127.0.0.1:${server.port}`);
      assert.equal(report.findings[0]?.count, 2);
    } finally {
      await server.stop();
    }
  });

  it('takes master and workers on one listening socket as one server', async () => {
    const server = await startC('prefork', ['--workers', '3']);
    try {
      const { report } = await churnJson(['--port', String(server.port), ...FEW]);
      assert.deepEqual(report.target?.pids, [server.pid]);
      assert.equal(report.target?.processes.length, 4);
    } finally {
      await server.stop();
    }
  });

  it('takes an SO_REUSEPORT group as one server', async () => {
    const server = await startC('reuseport', ['--workers', '3']);
    try {
      const { report } = await churnJson(['--port', String(server.port), ...FEW]);
      assert.deepEqual(report.findings, []);
      assert.equal(report.target?.listeners.length, 3);
    } finally {
      await server.stop();
    }
  });

  it('finds the port from --pid alone', async () => {
    const server = await startC('poll');
    try {
      const { report } = await churnJson(['--pid', String(server.pid), ...FEW]);
      assert.equal(report.target?.address, `127.0.0.1:${server.port}`);
    } finally {
      await server.stop();
    }
  });

  it('judges nothing when unrelated processes listen on the port, and says what to type', async () => {
    const first = await startC('poll', ['--host', '127.0.0.1']);
    const second = await startC('epoll', ['--host', '::1', '--port', String(first.port)]);
    try {
      const { status, stderr } = await ask(['--port', String(first.port)]);
      assert.equal(status, 2);
      assert.match(stderr, /Unrelated processes listen on .*\nhint: .*--pid \d+/);
      const chosen = await churn(['--port', String(first.port), '--pid', String(first.pid), ...FEW]);
      assert.equal(chosen.status, 0, chosen.stderr);
      const named = await ask(['inspect', '--port', String(first.port), '--host', '::1']);
      assert.match(named.stdout, new RegExp(`pid ${second.pid}`));
    } finally {
      await first.stop();
      await second.stop();
    }
  });

  it('judges a server on a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'churn-unix-'));
    const path = join(folder, 'socket');
    try {
      for (const [fault, verdict] of [
        [[], 'pass'],
        [['--fault', 'no-close'], 'fail'],
      ] as const) {
        rmSync(path, { force: true });
        const server = await startUnix(path, fault);
        const { report } = await churnJson(['--unix', path]);
        await server.stop();
        assert.equal(report.verdict, verdict, JSON.stringify(report.findings));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('waits where the backlog of a Unix socket is full, as a client that blocks does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'churn-unix-'));
    const path = join(folder, 'socket');
    try {
      for (const [args, churn, completed, found] of [
        [[], ['--concurrency', '16'], 1_000, []],
        [['--fault', 'never-accept'], ['--timeout', '300ms'], 0, ['hang']],
      ] as const) {
        rmSync(path, { force: true });
        const server = await startUnix(path, ['--backlog', '1', ...args]);
        const { report } = await churnJson(['--unix', path, '--no-confirm', ...churn]);
        await server.stop();
        const kinds = report.findings.map(({ kind }) => kind);
        assert.deepEqual([report.cycles?.completed, kinds], [completed, found], report.summary);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says what a name from outside holds without obeying it', async () => {
    const evil = ['--greet', '\u001b[31mred 0 leaks\u202e'];
    const server = await startC('poll', evil);
    try {
      const { stdout } = await churn(['--port', String(server.port), ...FEW]);
      assert.doesNotMatch(stdout, /[\u001b\u202e]/);
      const inspected = await ask(['inspect', '--port', String(server.port)]);
      assert.doesNotMatch(inspected.stdout, /0 leak|\u202e/);
    } finally {
      await server.stop();
    }
  });
});

async function startUnix(path: string, args: readonly string[]) {
  const { compileC } = await import('../servers/launch.js');
  return launch([await compileC('poll'), '--unix', path, ...args]);
}
