import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, casesOf } from '../../src/report/cases.js';
import type { Report } from '../../src/report/report.js';
import { REPORTS } from '../support/reports.js';

const STATUSES: ReadonlyArray<readonly [what: string, report: Report, name: string, status: Case['status']]> =
  [
    ['a clean run', REPORTS.clean, 'run', 'pass'],
    ['what a clean run looked for', REPORTS.clean, 'fd', 'pass'],
    ['a leak', REPORTS.leak, 'fd', 'fail'],
    ['the run that found it', REPORTS.leak, 'run', 'pass'],
    ['a leak that is allowed', REPORTS.allowed, 'fd', 'pass'],
    ['a run without a verdict', REPORTS.undecided, 'run', 'error'],
    ['a doubt that cost the verdict', REPORTS.undecided, 'fd', 'error'],
    ['a doubt beside a pass', withDoubt(REPORTS.clean), 'memory', 'skip'],
    ['what was not measured', REPORTS.unmeasured, 'memory', 'skip'],
    ['an interrupted run', REPORTS.interrupted, 'run', 'error'],
    ['a run that could not be made', REPORTS.error, 'run', 'error'],
  ];

for (const [what, report, name, status] of STATUSES) {
  test(`${what} is ${status}`, () => {
    assert.equal(casesOf(report).find(given => given.name === name)?.status, status);
  });
}

function withDoubt(report: Report): Report {
  const checks = report.checks.map(check =>
    check.kind === 'memory' ? { ...check, status: 'undecided' as const } : check,
  );
  return { ...report, checks };
}
