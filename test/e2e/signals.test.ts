import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, startC } from '../servers/launch.js';
import { churn, parseReport, startChurn } from '../support/churn.js';
import { untilConnected } from '../support/connected.js';
import { brand } from '../support/survivors.js';

/** Answers at once, and sleeps over the second connection for ten seconds. */
const TAKES_ITS_TIME = `
const { writeSync } = require('node:fs');
let connections = 0;
require('node:net').createServer(socket => {
  const isSecond = ++connections === 2;
  socket.on('error', () => {}).on('data', () => {
    if (isSecond) {
      writeSync(2, 'asleep');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
    }
    socket.end('x');
  });
}).listen(0, '127.0.0.1', function () {
  console.log('ready', this.address().port, process.pid);
});`;

/** Does not stop when it is asked to. */
const STAYS = `
const { writeSync } = require('node:fs');
process.on('SIGTERM', () => writeSync(2, 'asked to stop'));
require('node:net').createServer(socket => {
  socket.on('error', () => {}).resume();
  writeSync(2, 'served');
}).listen(process.env.PORT, '127.0.0.1');`;

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

  it('does not blame the server for the connection that the interruption cut off', async () => {
    const server = await launch([process.execPath, '-e', TAKES_ITS_TIME]);
    const args = ['--port', String(server.port), '--client', 'reply', '--warmup', '1', '--settle', '300ms'];
    const run = startChurn([...args, '--concurrency', '1', '--timeout', '60s', '--json']);
    try {
      let stdout = '';
      run.stdout.on('data', chunk => {
        stdout += chunk;
      });
      // It is asleep over the first judged connection for longer than anybody waits for it.
      if (server.child.stderr) await once(server.child.stderr, 'data');
      run.kill('SIGINT');
      const [code] = await once(run, 'close');
      assert.equal(code, 130);
      const report = parseReport(stdout);
      assert.deepEqual([report.verdict, report.findings], ['undecided', []], report.summary);
      assert.match(report.notes.join('\n'), /When the run was interrupted 1 connection was not closed yet/);
    } finally {
      run.kill('SIGKILL');
      await server.stop();
    }
  });

  it('ends at once on the second SIGINT', async () => {
    const { env, survivors } = brand();
    const folder = mkdtempSync(join(tmpdir(), 'churn-second-signal-'));
    const log = join(folder, 'log');
    const command = ['--grace', '30s', '--server-log', log, '--', process.execPath, '-e', STAYS];
    const run = startChurn(['--port', 'auto', '--duration', '10m', ...command], env);
    let stdout = '';
    run.stdout.on('data', chunk => {
      stdout += chunk;
    });
    const untilSaid = async (word: string) => {
      while (!existsSync(log) || !readFileSync(log, 'utf8').includes(word)) await sleep(10);
    };
    try {
      await untilSaid('served');
      run.kill('SIGINT');
      // Now it waits for the server, and there is half a minute for the second one.
      await untilSaid('asked to stop');
      run.kill('SIGINT');
      const [code] = await once(run, 'close');
      assert.equal(code, 130);
      assert.equal(stdout, '', 'a report comes when the server has gone');
      for (let turn = 0; survivors().length > 0 && turn < 500; turn++) await sleep(10);
      assert.deepEqual(survivors(), []);
    } finally {
      run.kill('SIGKILL');
      rmSync(folder, { recursive: true });
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
