import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { forTerminal } from '../../src/cli/commands/reference.js';
import { TOPIC_NAMES, TOPICS } from '../../src/guide/topics.js';
import { ask, churn } from '../support/churn.js';

const PAGES = new URL('../../../src/guide/', import.meta.url);

test('churn guide lists the topics with a line for each', async () => {
  const { status, stdout, stderr } = await ask(['guide']);
  assert.equal(status, 0);
  assert.equal(stderr, '');
  for (const topic of TOPIC_NAMES)
    assert.ok(stdout.includes(`  ${topic.padEnd(17)}${TOPICS[topic].replaceAll('`', '')}\n`), topic);
});

for (const topic of TOPIC_NAMES) {
  test(`the page ${topic} fits a terminal of 80 columns, and never has the proof`, () => {
    const page = pageOf(topic);
    assert.match(page, /^# \w/);
    for (const line of page.split('\n')) assert.ok(line.length <= 80, line);
    assert.doesNotMatch(page, /0 leak|no leak|\u001b/i);
    assert.doesNotMatch(page, /\]\(/, 'a terminal shows neither pictures nor where links lead');
  });
}

test('churn guide prints a page, and a topic may be shouted', async () => {
  const { status, stdout, stderr } = await churn(['guide', 'LOAD']);
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(stdout, pageOf('load'));
});

const UNKNOWN: ReadonlyArray<readonly [given: string, hint: RegExp]> = [
  ['gauge', /^hint: Did you mean churn guide gauges\? The topics are: commands, started-servers, /],
  ['loads', /^hint: Did you mean churn guide load\?/],
  ['weather', /^hint: Did you mean one of these\? commands, .*how-it-knows$/],
  ['', /^hint: Did you mean one of these\?/],
  ['../report.schema.json', /^hint: Did you mean one of these\?/],
  ['0 leaks', /^hint: Did you mean one of these\?/],
];

for (const [given, hint] of UNKNOWN) {
  test(`churn guide ${JSON.stringify(given)} is answered in two lines, with exit 2`, async () => {
    const { status, stdout, stderr } = await ask(['guide', given]);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    const lines = stderr.trimEnd().split('\n');
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', /^churn: There is no page of the guide called "/);
    assert.match(lines[1] ?? '', hint);
    assert.doesNotMatch(stderr, /0 leak|no leak/);
  });
}

test('two topics at a time are wrong usage', async () => {
  assert.equal((await ask(['guide', 'load', 'watch'])).status, 2);
});

test('churn --help names the command', async () => {
  assert.match((await ask(['--help'])).stdout, /^ {2}guide \[topic\] {2,}\w/m);
});

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`the completion of ${shell} knows the topics`, async () => {
    const { stdout } = await ask(['completion', shell]);
    assert.ok(stdout.includes(TOPIC_NAMES.join(' ')));
  });
}

function pageOf(topic: string): string {
  return forTerminal(readFileSync(new URL(`${topic}.md`, PAGES), 'utf8'));
}
