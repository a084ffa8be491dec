import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseOptions } from '../src/options/run.js';
import { run } from '../src/session/run.js';
import { startC } from './servers/launch.js';

describe('who watches the watcher', () => {
  it('ten runs in one process leave no descriptor, timer or listener of its own', async () => {
    const server = await startC('poll');
    const signal = new AbortController().signal;
    const once = () =>
      run(parseOptions({ port: server.port, cycles: 50, confirm: false }), {
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
      for (let turn = 0; turn < 10; turn++) assert.deepEqual((await once()).findings, []);
      assert.deepEqual(held(), before);
    } finally {
      await server.stop();
    }
  });
});

/** Without what pidusage keeps for a while: the /proc/PID/stat of each process it was asked for. */
function held() {
  const timers = process
    .getActiveResourcesInfo()
    .filter(kind => kind === 'Timeout' || kind === 'TCPSocketWrap');
  const fds = readdirSync('/proc/self/fd').map(fd => targetOf(`/proc/self/fd/${fd}`));
  return { fds: fds.filter(target => !/^\/proc\/\d+\/stat$/.test(target)).length, timers: timers.length };
}

/** The descriptor that the folder was read with is gone by then. */
function targetOf(fd: string): string {
  try {
    return readlinkSync(fd);
  } catch {
    return '';
  }
}
