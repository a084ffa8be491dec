import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/real/free-port.js';
import { parseReport } from '../support/churn.js';

const ROOT = new URL('../../../', import.meta.url);
const script = fileURLToPath(new URL('test/servers/python/init_holds_socket.py', ROOT));
const bin = fileURLToPath(new URL('bin/churn.js', ROOT));

/** Runs churn in a pid namespace of its own, whose pid 1 holds the listening socket as systemd would. */
async function churnBesideInit(service: 'started' | 'unstarted') {
  const port = String(await freePort());
  const command = [process.execPath, bin, '--port', port, '--cycles', '100', '--budget', '1s', '--json'];
  const args = ['--pid', '--fork', '--kill-child', '--mount-proc', 'python3', script, port, ...command];
  return new Promise<{ status: number; stdout: string; stderr: string }>(resolve => {
    const env = { ...process.env, SERVICE: service };
    execFile('unshare', args, { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('a socket that pid 1 holds', () => {
  it('belongs to the service that was started for it', async test => {
    if (process.getuid?.() !== 0) return test.skip('only root can make a pid namespace');
    const { status, stdout, stderr } = await churnBesideInit('started');
    assert.equal(status, 0, stdout + stderr);
    const report = parseReport(stdout);
    // A second is too short to decide on the memory of a Python.
    assert.deepEqual([report.findings, report.cycles?.completed], [[], 100], report.summary);
    assert.ok(!report.target?.pids.includes(1), 'pid 1 is not the server');
  });

  it('belongs to nobody yet when the service was not started, and that is said', async test => {
    if (process.getuid?.() !== 0) return test.skip('only root can make a pid namespace');
    const { status, stdout } = await churnBesideInit('unstarted');
    assert.equal(status, 2);
    assert.equal(parseReport(stdout).error?.code, 'waiting-for-activation');
  });
});
