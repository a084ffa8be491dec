import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it, test } from 'node:test';
import { promisify } from 'node:util';
import { ask, churn } from '../support/churn.js';
import { isJudged, node, python, type ServeCase, STAYS, TWENTY } from '../support/serve.js';

/** One client of each verdict, and its twin that is clean. */
const VERDICTS: readonly ServeCase[] = [
  ['an agent of Node for each request', [], node('agent-each'), ['idle', 'reuse']],
  ['one agent of Node for all', [], node('agent-shared'), []],
  [
    'a client that forgets what the server closes',
    ['--manner', 'close'],
    python('forgets'),
    ['close-wait'],
    STAYS,
  ],
  ['a client that closes what the server closes', ['--manner', 'close'], python('closes'), []],
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
  const { status, stderr } = await ask(['serve', '--', '/nonexistent']);
  assert.equal(status, 2);
  assert.match(stderr, /no program.*nonexistent/);
});

test('what is said of a client is text where nothing else is wanted', async () => {
  const { stdout, status } = await churn(['serve', '--', ...node('agent-shared')], TWENTY);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^PASS .*0 leaks$/m);
});

const SHORT: ReadonlyArray<readonly [what: string, args: readonly string[], command: string, says: RegExp]> =
  [
    [
      'fails after its requests',
      [],
      'curl -s $URL >/dev/null; exit 3',
      /^UNDECIDED .*the client ended with status 3$/m,
    ],
    [
      'makes fewer requests than it was to',
      ['--requests', '2'],
      'curl -s $URL >/dev/null',
      /^UNDECIDED .*only 1 of 2 requests came$/m,
    ],
    ['makes as many', ['--requests', '1'], 'curl -s $URL >/dev/null', /^PASS .*0 leaks$/m],
  ];

for (const [what, args, command, says] of SHORT) {
  test(`a client that ${what} is told as that`, async () => {
    const url = command.replace('$URL', 'http://127.0.0.1:$PORT/');
    const { status, stdout } = await churn(['serve', ...args, '--strict', '--', 'sh', '-c', url]);
    assert.match(stdout, says);
    assert.equal(status, /^PASS/m.test(stdout) ? 0 : 3);
  });
}

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
