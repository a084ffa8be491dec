import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startC } from '../servers/launch.js';
import { churn, parseReport, startChurn } from '../support/churn.js';
import { untilConnected } from '../support/connected.js';

describe('an interrupted run', () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`reports what it had when ${signal} came, and exits ${status}`, async () => {
      const server = await startC('poll');
      const run = startChurn(['--port', String(server.port), '--cycles', '10000000', '--json']);
      try {
        let stdout = '';
        run.stdout.on('data', chunk => {
          stdout += chunk;
        });
        // More than the warm-up leaves.
        await untilConnected(server.port, 50);
        run.kill(signal);
        const [code] = await once(run, 'close');
        assert.equal(code, status);
        const report = parseReport(stdout);
        assert.equal(report.interrupted, true);
        assert.equal(report.verdict, 'undecided');
        assert.ok((report.cycles?.completed ?? 0) > 0);
        assert.doesNotMatch(stdout, /0 leak|no leak/);
      } finally {
        run.kill('SIGKILL');
        await server.stop();
      }
    });
  }

  it('ends at once on the second SIGINT', async () => {
    const server = await startC('poll', ['--fault', 'never-accept']);
    const run = startChurn(['--port', String(server.port), '--timeout', '60s']);
    try {
      await untilConnected(server.port);
      run.kill('SIGINT');
      run.kill('SIGINT');
      const [code] = await once(run, 'close');
      assert.equal(code, 130);
    } finally {
      run.kill('SIGKILL');
      await server.stop();
    }
  });
});

describe('the same server judged again', () => {
  it('a leak that is there already does not stain the next run', async () => {
    const server = await startC('poll', ['--fault', 'no-close-rst']);
    try {
      const args = ['--port', String(server.port), '--cycles', '100'];
      const first = await churn([...args, '--client', 'rst', '--settle', '300ms']);
      assert.equal(first.status, 1, first.stdout);
      const second = await churn([...args, '--no-confirm']);
      assert.equal(second.status, 0, second.stdout);
    } finally {
      await server.stop();
    }
  });
});
