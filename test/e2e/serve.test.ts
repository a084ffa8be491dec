import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { promisify } from 'node:util';
import { churn } from '../support/churn.js';
import { isJudged, judged, node, python, type ServeCase, STAYS, TWENTY } from '../support/serve.js';

/** One client of each verdict, and its twin that is clean. */
const VERDICTS: readonly ServeCase[] = [
  ['an agent of Node for each request', [], node('agent-each'), ['idle', 'reuse']],
  ['one agent of Node for all', [], node('agent-shared'), []],
  ['a pool of urllib3', [], python('pool', 'pool'), []],
  [
    'a client that forgets what the server closes',
    ['--manner', 'close'],
    python('forgets'),
    ['close-wait'],
    STAYS,
  ],
  ['a client that closes what the server closes', ['--manner', 'close'], python('closes'), []],
  [
    'a client that gives up and forgets',
    ['--manner', 'silent', '--patience', '1s'],
    python('forgets'),
    ['unclosed'],
    { GIVES_UP_MS: '50', LINGER_MS: '2000' },
  ],
  ['curl, three addresses', [], ['curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:{port}/[1-3]'], []],
  ['redis-cli', ['--tcp', '--answer', '+PONG\\r\\n'], ['redis-cli', '-p', '{port}', '-r', '20', 'PING'], []],
];

describe('serve', { concurrency: 2 }, () => {
  for (const row of VERDICTS) {
    const [what, , , fails] = row;
    it(`${what}: ${fails.length > 0 ? fails.join(', ') : 'clean'}`, () => isJudged(...row));
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

test('the report of a client in every format, and its proof only when it is clean', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-serve-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const formats = ['junit', 'tap', 'markdown', 'html', 'svg', 'github'];
  const reporters = formats.flatMap(name => ['--reporter', `${name}=${join(folder, name)}`]);
  for (const [client, isClean] of [
    ['agent-shared', true],
    ['agent-each', false],
  ] as const) {
    const { stdout, status } = await churn(['serve', ...reporters, '--', ...node(client)], TWENTY);
    assert.equal(status, isClean ? 0 : 1, stdout);
    const texts = formats.map(name => [name, readFileSync(join(folder, name), 'utf8')] as const);
    for (const [name, text] of [['text', stdout] as const, ...texts]) {
      assert.equal(/0 leak|no leak/.test(text), isClean, `${name}: ${text}`);
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
