import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_KINDS as KINDS } from '../../src/verdict/kinds.js';
import { ask } from '../support/churn.js';

for (const kind of KINDS) {
  test(`churn explain ${kind} tells all of it, and never the proof`, async () => {
    const { status, stdout, stderr } = await ask(['explain', kind]);
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.ok(stdout.startsWith(`${kind}: `));
    for (const heading of ['What it is', 'What the report says', 'By hand', 'Usual causes', 'Next'])
      assert.match(stdout, new RegExp(`^${heading}`, 'm'));
    assert.match(stdout, /^ {2}before │ /m);
    assert.match(stdout, /^ {2}after {2}│ /m);
    assert.doesNotMatch(stdout, /0 leak|no leak|undefined|\u001b/i);
  });
}

test('churn explain lists the kinds', async () => {
  const { status, stdout } = await ask(['explain']);
  assert.equal(status, 0);
  for (const kind of KINDS) assert.match(stdout, new RegExp(`^ {2}${kind} {2,}\\S`, 'm'));
});

test('a kind may be shouted', async () => {
  assert.match((await ask(['explain', 'FD'])).stdout, /^fd: /);
});

const UNKNOWN: ReadonlyArray<readonly [given: string, hint: RegExp]> = [
  ['fds', /^hint: Did you mean churn explain fd\? The kinds are: crash, hang, /],
  ['mem', /^hint: Did you mean churn explain memory\?/],
  ['zombies', /^hint: Did you mean churn explain zombie\?/],
  ['socket', /^hint: Did you mean one of these\? crash, hang, .*reuse$/],
  ['', /^hint: Did you mean one of these\?/],
  ['0 leaks', /^hint: Did you mean one of these\?/],
];

for (const [given, hint] of UNKNOWN) {
  test(`churn explain ${JSON.stringify(given)} is answered in two lines, with exit 2`, async () => {
    const { status, stdout, stderr } = await ask(['explain', given]);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    const lines = stderr.trimEnd().split('\n');
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', /^churn: There is no kind of finding called "/);
    assert.match(lines[1] ?? '', hint);
    assert.doesNotMatch(stderr, /0 leak|no leak/);
  });
}

test('two kinds at a time are wrong usage', async () => {
  assert.equal((await ask(['explain', 'fd', 'memory'])).status, 2);
});
