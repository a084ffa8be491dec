import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
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
        await untilConnected(server.pid);
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
      await untilConnected(server.pid);
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

/** The run has begun when the server's listening socket has been connected to: some row with its port is no LISTEN. */
async function untilConnected(pid: number): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  const { setTimeout: sleep } = await import('node:timers/promises');
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const text = await readFile(`/proc/${pid}/net/tcp`, 'latin1');
    const inode = await listenerInode(pid);
    const port = text.split('\n').find(line => line.includes(` ${inode} `))?.split(/\s+/)[2]?.split(':')[1];
    if (port && text.split('\n').some(line => line.includes(`:${port} `) && !line.includes(' 0A '))) return;
    await sleep(10);
  }
  throw new Error('churn made no connection');
}

async function listenerInode(pid: number): Promise<string> {
  const { readdir, readlink } = await import('node:fs/promises');
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    if (inode) return inode;
  }
  throw new Error('the server has no socket');
}
