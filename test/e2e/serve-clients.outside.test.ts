import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { promisify } from 'node:util';
import { churn } from '../support/churn.js';
import { CLIENTS, isJudged, judged, node, python, type ServeCase, STAYS } from '../support/serve.js';

/** Libraries and programs that are clients, each used as it should be and as it should not. */
const VERDICTS: readonly ServeCase[] = [
  ['a pool of urllib3', [], python('pool', 'pool'), []],
  [
    'a client that gives up and forgets',
    ['--manner', 'silent', '--patience', '1s'],
    python('forgets'),
    ['unclosed'],
    { GIVES_UP_MS: '50', LINGER_MS: '2000' },
  ],
  ['curl, three addresses', [], ['curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:{port}/[1-3]'], []],
  ['redis-cli', ['--tcp', '--answer', '+PONG\\r\\n'], ['redis-cli', '-p', '{port}', '-r', '20', 'PING'], []],
  ['an agent of undici for each request', [], node('undici-each'), ['idle', 'reuse']],
  [
    'one agent of undici, which closes what it does not want to read',
    ['--body', '1MiB'],
    node('undici-shared'),
    [],
  ],
  ['one agent of undici for all', [], node('undici-shared'), []],
  ['fetch, and a body that nobody reads', ['--body', '1MiB'], node('fetch', 'unread'), ['unclosed'], STAYS],
  ['fetch, and a body that is read', ['--body', '1MiB'], node('fetch', 'read'), [], STAYS],
  ['fetch, and a body so small that it is read by itself', [], node('fetch', 'unread'), []],
  ['a session of requests', [], python('pool', 'session'), []],
  ['requests without a session', [], python('pool', 'calls'), ['reuse']],
  ['a pool of urllib3 for each request', [], python('pool', 'pools'), ['idle', 'reuse']],
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
    'a client that gives up and closes',
    ['--manner', 'silent', '--patience', '1s'],
    python('closes'),
    [],
    { GIVES_UP_MS: '50', LINGER_MS: '2000' },
  ],
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
];

describe('serve and the clients of others', { concurrency: 2 }, () => {
  for (const row of VERDICTS) {
    const [what, , , fails] = row;
    it(`${what}: ${fails.length > 0 ? fails.join(', ') : 'clean'}`, () => isJudged(...row));
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
