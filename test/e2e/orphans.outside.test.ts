import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileC, launch, type Running } from '../servers/launch.js';
import { freePort } from '../servers/real/free-port.js';
import { churnJson, type Outcome, parseReport } from '../support/churn.js';

const ROOT = new URL('../../../', import.meta.url);
const SUBREAPER = fileURLToPath(new URL('test/servers/python/subreaper.py', ROOT));
const BIN = fileURLToPath(new URL('bin/churn.js', ROOT));
/** A daemon for each twentieth connection that never ends. */
const STAYS = ['--fault', 'child-stays', '--every', '20'];

/** Kinds that failed, and what was counted of its children. */
async function judged(server: Running, ...options: string[]) {
  const args = ['--port', String(server.port), '--settle', '1s', '--cycles', '200', ...options];
  const { report, stdout } = await churnJson(args);
  const child = report.checks.find(({ kind }) => kind === 'child');
  const kinds = report.findings.filter(({ severity }) => severity === 'fail').map(({ kind }) => kind);
  return { kinds, verdict: report.verdict, child, stdout };
}

describe('daemons of a double fork that never end', () => {
  for (const [where, ...options] of [
    ['in the group of a subreaper', SUBREAPER],
    ['in a session of its own below a subreaper', SUBREAPER, '--session'],
  ]) {
    it(`are children of the server ${where}`, async () => {
      const server = await launch(['python3', ...options, await compileC('double_fork'), ...STAYS]);
      try {
        const { kinds, stdout } = await judged(server);
        assert.deepEqual(kinds, ['child'], stdout);
      } finally {
        await server.stop();
      }
    });
  }

  it('are children of a server that is itself a child of pid 1', async test => {
    const isolated = ['--pid', '--fork', '--kill-child', '--mount-proc'];
    const can = await promisify(execFile)('unshare', [...isolated, 'true']).then(
      () => true,
      () => false,
    );
    if (!can) return test.skip('this user may not make a pid namespace');
    const port = await freePort();
    // The shell is pid 1, and adopts what its child forgets.
    const script = `"$1" --port ${port} --fault child-stays --every 20 >&2 & sleep 0.5; shift; "$@"; exit $?`;
    const churn = [
      process.execPath,
      BIN,
      '--port',
      String(port),
      '--settle',
      '1s',
      '--cycles',
      '200',
      '--json',
    ];
    const command = ['sh', '-c', script, 'sh', await compileC('double_fork'), ...churn];
    const { stdout, stderr } = await new Promise<Omit<Outcome, 'status'>>(resolve =>
      execFile('unshare', [...isolated, ...command], { maxBuffer: 1 << 26 }, (_, out, err) =>
        resolve({ stdout: out, stderr: err }),
      ),
    );
    const report = parseReport(stdout);
    assert.deepEqual(
      report.findings.map(({ kind }) => kind),
      ['child'],
      stdout + stderr,
    );
  });

  for (const session of [[], ['--session']]) {
    it(`are not those of a clean server of the same program beside it${session.length > 0 ? ', which has a session of its own' : ''}`, async () => {
      const binary = await compileC('double_fork');
      const otherPort = await freePort();
      const beside = ['--beside', binary, '--port', String(otherPort), ...STAYS];
      const server = await launch(['python3', SUBREAPER, ...session, binary, ...beside]);
      const traffic = trafficTo(otherPort);
      try {
        const { verdict, child, stdout } = await judged(server);
        assert.equal(verdict, 'pass', stdout);
        // Not before: on a busy machine a daemon of the warm-up may be on its way out while it is counted.
        assert.equal(child?.after, 0, stdout);
        assert.ok(traffic.stop() >= 40, 'the other one had two daemons to keep at least');
      } finally {
        traffic.stop();
        await server.stop();
      }
    });
  }
});

/** Connects to a port and leaves, two hundred times a second. */
function trafficTo(port: number) {
  let made = 0;
  const timer = setInterval(() => {
    const socket = connect(port, '127.0.0.1', () => {
      made += 1;
      socket.destroy();
    });
    // It may not listen yet.
    socket.once('error', () => socket.destroy());
  }, 5);
  return {
    stop: () => {
      clearInterval(timer);
      return made;
    },
  };
}
