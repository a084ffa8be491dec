import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { freePort } from '../servers/real/free-port.js';
import { churn, churnJson } from '../support/churn.js';

const CLIENTS = new URL('../../../test/clients/', import.meta.url).pathname;
const ACCEPTANCE = new URL('../../../test/library/examples/client/acceptance.test.mjs', import.meta.url)
  .pathname;
const node = (name: string) => [process.execPath, join(CLIENTS, 'node', `${name}.mjs`)];
const python = (name: string) => ['/usr/bin/python3', join(CLIENTS, 'python', `${name}.py`)];
const curls = (count: number) => [
  'sh',
  '-c',
  `for i in $(seq ${count}); do curl -s http://127.0.0.1:$PORT/; done`,
];

const MANNERS: ReadonlyArray<
  readonly [manner: string, client: readonly string[], fails: readonly string[], lingerMs?: string]
> = [
  ['slow-body', node('agent-shared'), []],
  ['slow-close', node('agent-shared'), []],
  ['reset-after', node('agent-shared'), []],
  ['reset-after', python('closes'), []],
  ['half-close', node('agent-shared'), []],
  ['half-close', python('forgets'), ['close-wait'], '4000'],
  ['status', node('agent-shared'), []],
  ['redirect', ['curl', '-s', '-L', '--max-redirs', '5', 'http://127.0.0.1:{port}/'], []],
  ['refuse', curls(15), []],
  ['flaky', node('agent-shared'), []],
];

describe('the manners of serve', { concurrency: 3 }, () => {
  for (const [manner, client, fails, lingerMs = '300'] of MANNERS) {
    it(`${manner}, ${client.at(-1)?.split('/').at(-1)}: ${fails.join() || 'clean'}`, async () => {
      const options = ['--manner', manner, '--delay', '50ms', '--seed', '7'];
      const { report, status } = await churnJson(['serve', ...options, '--', ...client], {
        env: { REQUESTS: '12', LINGER_MS: lingerMs },
      });
      assert.deepEqual(
        report.findings.map(({ kind }) => kind),
        fails,
        report.summary,
      );
      assert.equal(status, fails.length > 0 ? 1 : 0);
    });
  }
});

describe('clients that serve did not start', () => {
  it('one that runs already is followed by its pid, until it ends', async () => {
    const port = await freePort();
    const client = startWaiting(port, 'agent-each');
    const { report, status } = await churnJson([
      'serve',
      '--port',
      String(port),
      '--pid',
      String(client.pid),
    ]);
    assert.equal(status, 1, report.summary);
    assert.deepEqual(
      report.findings.map(({ kind }) => kind),
      ['idle', 'reuse'],
    );
    assert.deepEqual(report.target?.pids, [client.pid]);
  });

  it('a pid that nobody has is said so', async () => {
    const { status, stderr } = await churn(['serve', '--pid', '4194303']);
    assert.equal(status, 2);
    assert.match(stderr, /no process 4194303/);
  });
});

test('an acceptance run as the client: it passes itself, and the client that it tests is judged', async () => {
  for (const [which, status] of [
    ['leaking', 1],
    ['fixed', 0],
  ] as const) {
    // It is a run of node:test within one, which Node refuses where it sees that.
    const command = ['env', '-u', 'NODE_TEST_CONTEXT', process.execPath, '--test', ACCEPTANCE];
    const { report, ...outcome } = await churnJson(['serve', '--status', '503', '--', ...command], {
      env: { CLIENT: which },
    });
    assert.equal(report.serve?.exit?.status, 0, outcome.stderr);
    assert.equal(outcome.status, status, report.summary);
  }
});

/** A client that begins as soon as somebody listens, and is the very process that was started. */
function startWaiting(port: number, name: string): ChildProcess {
  const [program, script] = node(name);
  // With what the shell has itself: a program to wait with would be a process of the client, too.
  const waits = `until true 3<>/dev/tcp/127.0.0.1/${port}; do read -rt 0.05; done`;
  return spawn('bash', ['-c', `${waits}; exec "${program}" "${script}"`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, PORTS: String(port), REQUESTS: '20', LINGER_MS: '1500' },
  });
}
