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
