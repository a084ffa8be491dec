import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderGithub } from '../../src/report/github.js';
import type { Report } from '../../src/report/report.js';
import { REPORTS } from '../support/reports.js';

const STYLE = { colorLevel: 0, columns: 100 } as const;
/** What the runner of a job takes for a command: "::name" at the start of a line, spaces aside, and "##[" anywhere. */
const COMMAND = /^\s*::|##\[/;

for (const [name, report] of Object.entries(REPORTS)) {
  test(`of the ${name} report the runner gets our commands and no other`, () => {
    const lines = renderGithub(report, STYLE).trimEnd().split('\n');
    const commands = lines.filter(line => COMMAND.test(line));
    const first = lines.findIndex(line => COMMAND.test(line));
    assert.deepEqual(lines.slice(first), commands, 'they stand at the end, together');
    for (const line of commands) {
      assert.match(line, /^::(error|warning|notice) (file=[^:,]*,line=\d+,)?title=[^:,]*::\S/);
    }
    assert.equal(
      commands.some(line => line.startsWith('::error')),
      ['fail', 'error'].includes(report.verdict),
    );
  });
}

test('percent signs, colons and commas of a title, and ends of lines of a text, are escaped', () => {
  const [finding] = REPORTS.leak.findings;
  assert.ok(finding);
  const report: Report = {
    ...REPORTS.leak,
    findings: [{ ...finding, title: 'a: b, 100 %', evidence: ['50 %0A'], cause: 'why' }],
  };
  const command = renderGithub(report, STYLE)
    .split('\n')
    .find(line => line.startsWith('::error'));
  assert.ok(command?.startsWith('::error title=churn fd%3A a%3A b%2C 100 %25::50 %250A%0Awhy%0A'), command);
});

test('a line of a name that a wrap brings to the front is no command', () => {
  const report: Report = { ...REPORTS.clean, notes: [`${'x'.repeat(90)} ::error::wrapped ##[error]old`] };
  const text = renderGithub(report, STYLE);
  assert.match(text, /^\s+·:error::wrapped #·#\[error\]old$/m);
});

test('GitHub shows ten of a level: the tenth says how many more there are', () => {
  const notes = Array.from({ length: 30 }, (_, index) => `note ${index}`);
  const lines = renderGithub({ ...REPORTS.clean, notes }, STYLE).split('\n');
  const notices = lines.filter(line => line.startsWith('::notice'));
  assert.equal(notices.length, 10);
  assert.equal(notices[9], '::notice title=churn::22 more stand in the report.');
});
