import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { promisify } from 'node:util';
import { canIsolate, OWN_NETWORK } from '../exam/network.js';
import { churn, parseReport } from '../support/churn.js';

const CLIENTS = new URL('../../../test/clients/', import.meta.url).pathname;
const PYTHON = '/usr/bin/python3';
const node = (name: string) => [process.execPath, join(CLIENTS, 'node', `${name}.mjs`)];
const python = (name: string, ...args: string[]) => [PYTHON, join(CLIENTS, 'python', `${name}.py`), ...args];
const TWENTY = { env: { REQUESTS: '20', PAUSE_MS: '20', LINGER_MS: '1500' } };

/** Long enough to be looked at, also where the kernel's tables are long and others have the CPU. */
const STAYS = { LINGER_MS: '4000' };

const VERDICTS: ReadonlyArray<
  readonly [
    what: string,
    options: readonly string[],
    client: readonly string[],
    fails: readonly string[],
    env?: Record<string, string>,
  ]
> = [
  ['an agent of Node for each request', [], node('agent-each'), ['idle', 'reuse']],
  ['one agent of Node for all', [], node('agent-shared'), []],
  ['an agent of undici for each request', [], node('undici-each'), ['idle', 'reuse']],
  ['one agent of undici for all', [], node('undici-shared'), []],
  ['a session of requests', [], python('pool', 'session'), []],
  ['requests without a session', [], python('pool', 'calls'), ['reuse']],
  ['a pool of urllib3', [], python('pool', 'pool'), []],
  ['a pool of urllib3 for each request', [], python('pool', 'pools'), ['idle', 'reuse']],
  [
    'a client that forgets what the server closes',
    ['--manner', 'close'],
    python('forgets'),
    ['close-wait'],
    STAYS,
  ],
  ['a client that closes what the server closes', ['--manner', 'close'], python('closes'), []],
  ['a client that forgets what is reset', ['--manner', 'reset-before'], python('forgets'), ['fd'], STAYS],
  [
    'a client that forgets what is reset in the middle',
    ['--manner', 'reset'],
    python('forgets'),
    ['fd'],
    STAYS,
  ],
  ['a client that closes what is reset', ['--manner', 'reset'], python('closes'), []],
  [
    'a client that gives up and forgets',
    ['--manner', 'silent', '--patience', '1s'],
    python('forgets'),
    ['unclosed'],
    { GIVES_UP_MS: '50', LINGER_MS: '2000' },
  ],
  [
    'a client that gives up and closes',
    ['--manner', 'silent', '--patience', '1s'],
    python('closes'),
    [],
    { GIVES_UP_MS: '50', LINGER_MS: '2000' },
  ],
  ['curl, three addresses', [], ['curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:{port}/[1-3]'], []],
  [
    'curl, one process for each address',
    [],
    ['sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do curl -s http://127.0.0.1:$PORT/; done'],
    [],
  ],
  [
    'curl, and a certificate that it must refuse',
    ['--manner', 'tls'],
    ['curl', '-s', 'https://127.0.0.1:{port}/'],
    [],
  ],
  [
    'wget, three addresses',
    [],
    ['wget', '-q', '-O', '/dev/null', ...[1, 2, 3].map(n => `http://127.0.0.1:{port}/${n}`)],
    [],
  ],
  ['ab', [], ['ab', '-q', '-n', '200', '-c', '10', 'http://127.0.0.1:{port}/'], ['reuse']],
  ['ab -k', [], ['ab', '-q', '-k', '-n', '200', '-c', '10', 'http://127.0.0.1:{port}/'], []],
  ['wrk', [], ['wrk', '-t', '1', '-c', '20', '-d', '1s', 'http://127.0.0.1:{port}/'], []],
  ['redis-cli', ['--tcp', '--answer', '+PONG\\r\\n'], ['redis-cli', '-p', '{port}', '-r', '20', 'PING'], []],
];

describe('serve', { concurrency: 2 }, () => {
  for (const [what, options, client, fails, env] of VERDICTS) {
    it(`${what}: ${fails.length > 0 ? fails.join(', ') : 'clean'}`, async () => {
      const { report, status } = await judged(options, client, { ...TWENTY.env, ...env });
      assert.deepEqual(
        report.findings.map(({ kind }) => kind),
        fails,
        report.summary,
      );
      assert.equal(status, fails.length > 0 ? 1 : 0);
      assert.equal(report.clean, fails.length === 0);
    });
  }
});

test('the classic pair in Go: a client for each request, and one with limits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-go-'));
  const binary = join(folder, 'client');
  try {
    await promisify(execFile)('go', ['build', '-o', binary, join(CLIENTS, 'go', 'client.go')], {
      env: { ...process.env, GOCACHE: join(folder, 'cache'), GO111MODULE: 'off' },
    });
    const options = ['--ports', '3', '--max-idle', '5', '--max-idle-per-port', '2', '--delay', '200ms'];
    const saved = (name: string) => ['--save', join(folder, `${name}.json`)];
    const faulty = await judged([...options, ...saved('faulty')], [binary, 'faulty'], { LINGER_MS: '500' });
    assert.equal(faulty.report.findings[0]?.kind, 'idle', faulty.report.summary);
    const fixed = await judged([...options, ...saved('fixed')], [binary, 'fixed'], { LINGER_MS: '500' });
    assert.deepEqual(fixed.report.findings, [], fixed.report.summary);
    assert.equal(fixed.report.serve?.ports.length, 3);
    const beside = await churn(['compare', join(folder, 'faulty.json'), join(folder, 'fixed.json')]);
    assert.equal(beside.status, 0, beside.stderr);
    const [rising = '', bounded = ''] = beside.stdout.split('\n').filter(line => line.includes('up to'));
    assert.match(rising, /[▁-▄].*█.*up to \d+.*faulty/);
    assert.match(bounded, /up to \d+.*fixed/);
    assert.doesNotMatch(bounded, /█/, 'both curves are on one scale');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a client that never connects could not be judged', async () => {
  const { status, stderr } = await churn(['serve', '--', 'true']);
  assert.equal(status, 2);
  assert.match(stderr, /Nobody ever connected/);
});

test('a client that cannot be run is said so', async () => {
  const { status, stderr } = await churn(['serve', '--', '/nonexistent']);
  assert.equal(status, 2);
  assert.match(stderr, /no program.*nonexistent/);
});

test('the report of a client in every format, and its proof only when it is clean', async () => {
  for (const [client, isClean] of [
    ['agent-shared', true],
    ['agent-each', false],
  ] as const) {
    for (const reporter of ['text', 'junit', 'tap', 'markdown', 'html', 'svg', 'github']) {
      const { stdout, status } = await churn(
        ['serve', '--reporter', reporter, '--', ...node(client)],
        TWENTY,
      );
      assert.equal(status, isClean ? 0 : 1, reporter);
      assert.equal(/0 leak|no leak/.test(stdout), isClean, `${reporter}: ${stdout}`);
    }
  }
});

test('a client that would go on for ever is stopped with us, and all of its group', async () => {
  const { status, stdout } = await churn([
    'serve',
    '--duration',
    '1s',
    '--json',
    '--',
    'sh',
    '-c',
    'curl -s http://127.0.0.1:$PORT/ >/dev/null; sleep 987654 & sleep 987654',
  ]);
  assert.equal(status, 0, stdout);
  const { stdout: processes } = await promisify(execFile)('ps', ['ax', '-o', 'args']);
  assert.doesNotMatch(processes, /^sleep 987654/m);
});

for (const how of ['garbage', 'header', 'body', 'flood']) {
  test(`a client that sends ${how} does not make this server grow`, async () => {
    const { report } = await judged([], python('hostile', how), { MIB: '256' });
    const { own, clients } = report.serve ?? {};
    assert.ok(own && own.peakBytes < 128 * 1_048_576, JSON.stringify(own));
    if (how === 'garbage' || how === 'header') assert.ok((clients?.[0]?.garbage ?? 0) > 0);
  });
}

test('an open connection costs this server no more than some KiB, whatever else it needs for 2000 of them', async () => {
  const { report } = await judged([], python('holds', '2000'), { LINGER_MS: '3000' });
  const { own } = report.serve ?? {};
  assert.ok(own?.perConnectionBytes && own.perConnectionBytes < 64 * 1_024, JSON.stringify(own));
});

/** In a network of its own: what other tests leave in TIME_WAIT would make each look at the kernel's tables slow. */
const network = canIsolate().then(can => (can ? { through: OWN_NETWORK } : {}));

/** `--json` belongs to churn, so it stands before the command. */
async function judged(
  options: readonly string[],
  client: readonly string[],
  env: Record<string, string> = {},
) {
  const outcome = await churn(['serve', ...options, '--json', '--', ...client], { env, ...(await network) });
  return { ...outcome, report: parseReport(outcome.stdout) };
}
