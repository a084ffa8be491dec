import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { survivesChurn } from '../../src/library/assert.js';
import { toSurviveChurn } from '../../src/library/survival.js';
import { startC } from '../servers/launch.js';

describe('assertions', () => {
  it('take a server, a port, an address, a path or options', async () => {
    const server = await startC('poll');
    const folder = mkdtempSync(join(tmpdir(), 'churn-path-'));
    const path = join(folder, 'app.sock');
    const onPath = createServer(socket => socket.resume()).listen(path);
    await once(onPath, 'listening');
    try {
      for (const served of [
        server.port,
        `http://127.0.0.1:${server.port}/x`,
        { pid: server.pid },
        path,
        onPath,
      ]) {
        const { findings, cycles } = await survivesChurn(served, { cycles: 20, confirm: false });
        assert.deepEqual([findings, cycles?.completed], [[], 20], String(served));
      }
    } finally {
      onPath.close();
      rmSync(folder, { recursive: true });
      await server.stop();
    }
  });

  it('fail with the report as their message', async () => {
    const server = await startC('poll', ['--fault', 'no-close']);
    try {
      const few = { cycles: 20, confirm: false, settle: '300ms' } as const;
      const pattern =
        /expected the server to survive churn:\n\nchurn 127\.0\.0\.1:.*leaked file descriptors: 30\n/s;
      await assert.rejects(survivesChurn(server.port, few), {
        name: 'AssertionError',
        message: pattern,
      });
      const { pass, message } = await toSurviveChurn(server.port, few);
      assert.equal(pass, false);
      assert.match(message(), /^expected the server to survive churn/);
      assert.doesNotMatch(message(), /0 leak|no leak/);
    } finally {
      await server.stop();
    }
  });

  it('say neither yes nor no to what could not be tested', async () => {
    for (const served of [undefined, {}, null, true])
      await assert.rejects(toSurviveChurn(served), { code: 'usage' }, String(served));
    await assert.rejects(toSurviveChurn('/nowhere/app.sock'), { code: 'nothing-listens' });
  });
});
