import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { freePort } from '../servers/real/free-port.js';
import { churn, churnJson, type Outcome } from '../support/churn.js';

const CLIENTS = new URL('../../../test/clients/', import.meta.url).pathname;
const HOLDS = `/usr/bin/python3 ${join(CLIENTS, 'python/holds.py')}`;
const SHARED = `exec '${process.execPath}' ${join(CLIENTS, 'node/agent-shared.mjs')}`;
const EACH = `exec '${process.execPath}' ${join(CLIENTS, 'node/agent-each.mjs')}`;

describe('serve beside others who come', { concurrency: 2 }, () => {
  const cases: ReadonlyArray<
    readonly [what: string, client: string, stranger: string, fails: readonly string[]]
  > = [
    ['a clean client, and a stranger with ten idle connections', SHARED, `${HOLDS} 10`, []],
    ['a leaking client, and a clean stranger', EACH, `${HOLDS} 1`, ['idle', 'reuse']],
  ];
  for (const [what, client, stranger, fails] of cases) {
    it(`${what}: ${fails.join(', ') || 'clean'}`, async () => {
      const { stdout, stderr } = await beside(stranger, client, ['--max-idle', '5', '--json']);
      assert.notEqual(stdout, '', stderr);
      const report = JSON.parse(stdout);
      assert.deepEqual(
        report.findings.map(({ kind }: { kind: string }) => kind),
        fails,
        stdout,
      );
      assert.equal(report.serve.clients[0].requests, 20, stdout);
      assert.match(report.notes.join(), /^Not the client's, and not judged: \d+ connections? of others/);
    });
  }

  it('one that only strangers came to could not judge its client, and says who they were', async () => {
    const { status, stderr } = await beside(`${HOLDS} 2`, 'exec sleep 6', []);
    assert.equal(status, 2);
    assert.match(stderr, /The client never connected to this server, but others did: pid \d+ \(python3\)/);
  });

  it('a client that goes into the background is no stranger', async () => {
    const daemon = `exec setsid -f sh -c '${HOLDS} 3'`;
    const { report } = await churnJson(['serve', '--', 'sh', '-c', `${daemon} & sleep 2`], {
      env: { LINGER_MS: '4000' },
    });
    assert.equal(report.serve?.clients[0]?.connections, 3, report.notes.join());
  });
});

/** The client begins when the stranger is there, and both stay for a while. */
async function beside(stranger: string, client: string, options: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'churn-beside-'));
  const port = await freePort();
  const env = { PORTS: String(port), MARKER: join(folder, 'there') };
  const other = spawn('sh', ['-c', `until ${stranger}; do sleep 0.05; done`], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ...env, LINGER_MS: '60000' },
  });
  try {
    const waits = `until [ -e "$MARKER" ]; do sleep 0.05; done; ${client}`;
    return await churn(['serve', '--port', String(port), ...options, '--', 'sh', '-c', waits], {
      env: { ...env, REQUESTS: '20', PAUSE_MS: '20', LINGER_MS: '6000' },
    });
  } finally {
    const ended = once(other, 'exit');
    if (other.pid !== undefined && other.exitCode === null) process.kill(-other.pid, 'SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}
