import { x } from 'xastscript';
import { type Case, type Suite, suitesOf } from './cases.js';
import { formatCommand } from './escape.js';
import { type Markup, serialize } from './markup.js';
import type { Report } from './report.js';

/**
 * JUnit's XML as CI servers read it (what the schemas of Jenkins from 4 to 10 have in common): one suite for each
 * behaviour of the client.
 */
export function renderJunit(report: Report): string {
  const suites = suitesOf(report);
  const durationMs = suites.reduce((sum, suite) => sum + suite.durationMs, 0);
  const all = { cases: suites.flatMap(({ cases }) => cases), durationMs };
  const root = x(
    'testsuites',
    { name: 'churn', ...totals(all) },
    suites.map(suite => suiteElement(report, suite)),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${serialize(root)}\n`;
}

function suiteElement(report: Report, suite: Suite): Markup {
  const { target, tool, environment } = report;
  const { client, cases, said } = suite;
  const name = ['churn', ...(target ? [target.address] : []), ...(client ? [client] : [])].join(' ');
  const skipped = cases.filter(({ status }) => status === 'skip').length;
  return x('testsuite', { name, ...totals(suite), skipped, hostname: 'localhost' }, [
    x('properties', [
      property('command', formatCommand(['churn', ...tool.command])),
      property('version', tool.version),
      property('node', environment.node),
      property('kernel', environment.kernel),
    ]),
    ...cases.map(given => testCase(given, client)),
    x('system-out', `\n${said.join('\n')}\n`),
  ]);
}

function totals({ cases, durationMs }: Pick<Suite, 'cases' | 'durationMs'>): Record<string, string | number> {
  return {
    tests: cases.length,
    failures: cases.filter(({ status }) => status === 'fail').length,
    errors: cases.filter(({ status }) => status === 'error').length,
    time: seconds(durationMs),
  };
}

/** Digits and a point only: the schema refuses the exponent that a tiny number would get. */
function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

function property(name: string, value: string): Markup {
  return x('property', { name, value });
}

function testCase({ name, status, message, details, finding }: Case, client: string | undefined): Markup {
  const body = `\n${[message, ...details].join('\n')}\n`;
  const outcome = {
    pass: () => (finding ? [x('system-out', body)] : []),
    fail: () => [x('failure', { type: name, message }, body)],
    error: () => [x('error', { type: name, message }, body)],
    skip: () => [x('skipped', message)],
  }[status]();
  return x('testcase', { name, classname: client ? `churn.${client}` : 'churn' }, outcome);
}
