import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCode } from '../../src/cli/report-error.js';
import type { Report } from '../../src/report/report.js';

const CODES: ReadonlyArray<
  readonly [verdict: Report['verdict'], strict: boolean, signal: string | undefined, code: number]
> = [
  ['pass', false, undefined, 0],
  ['pass', true, undefined, 0],
  ['fail', false, undefined, 1],
  ['fail', true, undefined, 1],
  ['error', false, undefined, 2],
  ['error', true, undefined, 2],
  ['undecided', false, undefined, 0],
  ['undecided', true, undefined, 3],
  ['undecided', false, 'SIGINT', 130],
  ['undecided', true, 'SIGTERM', 143],
  ['fail', false, 'SIGINT', 130],
  ['fail', false, 'SIGTERM', 143],
  ['fail', false, 'SIGHUP', 129],
];

for (const [verdict, strict, signal, code] of CODES) {
  test(`${verdict}${strict ? ', strict' : ''}${signal ? `, ended by ${signal}` : ''} is exit status ${code}`, () => {
    assert.equal(exitCode({ verdict, interrupted: signal !== undefined }, strict, signal), code);
  });
}

test('a run that was interrupted by something else than a signal counts as interrupted', () => {
  assert.equal(exitCode({ verdict: 'undecided', interrupted: true }, false, new Error('aborted')), 130);
});

test('a signal after the end of the run changes nothing', () => {
  assert.equal(exitCode({ verdict: 'pass', interrupted: false }, false, 'SIGTERM'), 0);
});

for (const [verdict, code] of [
  ['pass', 2],
  ['undecided', 2],
  ['error', 2],
  ['fail', 1],
] as const) {
  test(`${verdict} with a file that could not be written is exit status ${code}`, () => {
    assert.equal(exitCode({ verdict, interrupted: false }, true, undefined, false), code);
  });
}
