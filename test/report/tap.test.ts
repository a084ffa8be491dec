import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parser } from 'tap-parser';
import { renderTap } from '../../src/report/tap.js';
import { REPORTS } from '../support/reports.js';

interface Assertion {
  readonly ok: boolean;
  readonly name: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly diag?: Readonly<Record<string, unknown>>;
}

/** What a TAP parser reads; strict: a line that is no TAP fails. */
function read(tap: string) {
  const parser = new Parser({ strict: true });
  const assertions: Assertion[] = [];
  parser.on('assert', assertion => assertions.push(assertion as Assertion));
  parser.end(tap);
  return { assertions, results: parser.results };
}

for (const [name, report] of Object.entries(REPORTS)) {
  test(`a TAP parser reads the ${name} report, and fails when the run did`, () => {
    const { assertions, results } = read(renderTap(report));
    assert.equal(results?.failures.some(({ tapError }) => tapError) ?? true, false);
    assert.equal(assertions[0]?.name.startsWith('run'), true);
    assert.equal(results?.ok, report.verdict === 'pass');
    assert.equal(
      assertions.some(({ todo }) => todo),
      false,
    );
  });
}

test('what is not passed has its reason as YAML, hostile text included', () => {
  const { assertions } = read(renderTap(REPORTS.hostile));
  const fd = assertions.find(({ name }) => name.startsWith('fd'));
  assert.equal(fd?.ok, false);
  assert.equal(fd?.diag?.['count'], 1_010);
  assert.deepEqual(((fd?.diag?.['details'] ?? []) as string[]).slice(-1), [
    `next: ${REPORTS.hostile.findings[0]?.next}`,
  ]);
});

test('a title cannot skip its test', () => {
  const [finding] = REPORTS.leak.findings;
  assert.ok(finding);
  const findings = [{ ...finding, title: 'fds grow # SKIP all is well \\# TODO' }];
  const { assertions, results } = read(renderTap({ ...REPORTS.leak, findings }));
  const fd = assertions.find(({ name }) => name.startsWith('fd'));
  assert.deepEqual([fd?.skip ?? false, fd?.todo ?? false, results?.ok], [false, false, false]);
});
