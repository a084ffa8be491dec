import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseOptions } from '../src/options.js';
import { run } from '../src/run.js';
import { startC } from './servers/launch.js';

describe('who watches the watcher', () => {
  it('twenty runs in one process leave no descriptor, timer or listener of its own', async () => {
    const server = await startC('poll');
    const signal = new AbortController().signal;
    const once = () =>
      run(parseOptions({ port: server.port, cycles: 50 }), {
        signal,
        onProgress: () => undefined,
        tool: { name: 'churn', version: 'test', command: [] },
        environment: { node: 'test', cpus: 1 },
        timings: {},
      });
    try {
      await once();
      await once();
      const before = held();
      for (let turn = 0; turn < 20; turn++) assert.equal((await once()).verdict, 'pass');
      assert.deepEqual(held(), before);
    } finally {
      await server.stop();
    }
  });
});

/** pidusage keeps one descriptor per pid open for a second; it was there after the first run and still is. */
function held() {
  const timers = process
    .getActiveResourcesInfo()
    .filter(kind => kind === 'Timeout' || kind === 'TCPSocketWrap');
  return { fds: readdirSync('/proc/self/fd').length, timers: timers.length };
}
