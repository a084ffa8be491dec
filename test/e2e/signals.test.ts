import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startC } from '../servers/launch.js';
import { churn, parseReport, startChurn } from '../support/churn.js';

describe('an interrupted run', () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`reports what it had when ${signal} came, and exits ${status}`, async () => {
      const server = await startC('poll');
      const run = startChurn(['--port', String(server.port), '--cycles', '10000000', '--json']);
      try {
        let stdout = '';
        run.stdout.on('data', chunk => {
          stdout += chunk;
        });
        await untilConnected(server.port);
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
      const first = await churn(['--port', String(server.port), '--client', 'rst', '--cycles', '100']);
      assert.equal(first.status, 1, first.stdout);
      const second = await churn(['--port', String(server.port), '--cycles', '100']);
      assert.equal(second.status, 0, second.stdout);
    } finally {
      await server.stop();
    }
  });
});

/** The run has begun when the kernel knows a connection with the server's port, or its rest in TIME_WAIT. */
async function untilConnected(port: number): Promise<void> {
  const needle = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const lines = (await readFile('/proc/net/tcp', 'latin1')).split('\n');
    if (lines.some(line => line.includes(needle) && !line.includes(' 0A '))) return;
    await sleep(10);
  }
  throw new Error('churn made no connection');
}
