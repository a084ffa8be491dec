import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { type Running, startC } from '../servers/launch.js';
import { churn, parseReport } from '../support/churn.js';

/** Clients that go on while a load is made, and after it; they say so once one was answered. */
const TRAFFIC = {
  'short polls': `
    const { connect } = require('node:net');
    const poll = () => {
      const socket = connect(Number(process.argv[1]), '127.0.0.1', () => socket.write('x'));
      socket.once('data', () => console.log('answered') ?? setTimeout(() => socket.end(), 50 * Math.random()));
      socket.on('error', () => {});
      setTimeout(poll, 5 + 30 * Math.random());
    };
    for (let i = 0; i < 4; i++) poll();`,
  'connections that stay, with requests': `
    const { connect } = require('node:net');
    const stay = () => {
      const socket = connect(Number(process.argv[1]), '127.0.0.1', () => socket.write('x'));
      socket.once('data', () => console.log('answered'));
      socket.on('data', () => setTimeout(() => socket.writable && socket.write('x'), 20)).on('error', () => {});
      setTimeout(() => { socket.end(); stay(); }, 500 + 1_000 * Math.random());
    };
    for (let i = 0; i < 8; i++) stay();`,
};

/** A hundred connections, each of which asks once; they take longer than any of the others stays. */
const LOAD = `
  const { connect } = require('node:net');
  let left = 100;
  const next = () => {
    if (left-- <= 0) return;
    const socket = connect(Number(process.argv[1]), '127.0.0.1', () => socket.write('x'));
    socket.once('data', () => socket.destroy()).on('error', () => {}).on('close', () => setTimeout(next, 40));
  };
  next();
  next();`;

describe('churn watch, beside the traffic of others', { concurrency: 2 }, () => {
  for (const [what, traffic] of Object.entries(TRAFFIC)) {
    it(`${what}: a clean server is not accused`, () =>
      withTraffic([], traffic, async server => {
        const { report } = await watched(server);
        assert.deepEqual(report.findings, [], report.summary);
        assert.ok((report.watch?.accepted ?? 0) > 100, 'others were there');
      }));

    it(`${what}: one that forgets every third connection fails, and what it forgot is not in use`, () =>
      withTraffic(['--fault', 'no-close', '--every', '3'], traffic, async server => {
        const { report } = await watched(server);
        assert.deepEqual(
          report.findings.map(({ kind }) => kind),
          ['fd'],
          report.summary,
        );
        const evidence = report.findings[0]?.evidence.join('\n') ?? '';
        assert.match(evidence, /TCP socket in CLOSE_WAIT/);
        assert.doesNotMatch(evidence, /held by no descriptor/);
        assert.ok((report.watch?.inUse ?? 0) <= 16, String(report.watch?.inUse));
      }));
  }
});

async function withTraffic(
  faults: readonly string[],
  traffic: string,
  then: (server: Running) => Promise<void>,
): Promise<void> {
  const server = await startC('thread', faults);
  const others = spawn(process.execPath, ['-e', traffic, String(server.port)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await once(others.stdout, 'data');
    others.stdout.resume();
    await then(server);
  } finally {
    await end(others);
    await server.stop();
  }
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function watched({ port }: Running) {
  const options = ['--port', String(port), '--settle', '2s', '--no-confirm', '--json'];
  const { stdout } = await churn(['watch', ...options, '--', process.execPath, '-e', LOAD, String(port)]);
  return { report: parseReport(stdout) };
}
