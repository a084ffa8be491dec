import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPORTER_NAMES, REPORTERS, renderJson } from '../../src/report/registry.js';
import { parseSavedReport } from '../../src/report/saved.js';
import { REPORTS } from '../support/reports.js';

const json = renderJson(REPORTS.leak);
const edited = (edit: (report: Record<string, unknown>) => void) => {
  const report = JSON.parse(json);
  edit(report);
  return JSON.stringify(report);
};

const REFUSED: ReadonlyArray<readonly [what: string, text: string, why: RegExp]> = [
  ['half a file', json.slice(0, 100), /^old\.json is no report of churn: it is not JSON\.$/],
  ['another JSON file', '{"name":"churn"}', /it has no schemaVersion/],
  ['null', 'null', /it has no schemaVersion/],
  [
    'a report of the future',
    edited(report => (report['schemaVersion'] = 2)),
    /has schema version 2; this churn reads version 1/,
  ],
  ['a report without its checks', edited(report => delete report['checks']), /checks/],
  [
    'a report with a word for a number',
    edited(report => Object.assign(report['cycles'] as object, { completed: 'many' })),
    /at cycles\/completed: /,
  ],
  [
    'half of what may be null',
    edited(report => (report['latency'] = { since: 'due', late: null, connect: {}, reply: null })),
    /at latency\/connect: .*"buckets"/,
  ],
  [
    'a claim that is not that of a run',
    renderJson({ ...REPORTS.clean, summary: 'PASS  9 cycles, 0 leaks' }),
    /its summary is not that of a clean run/,
  ],
];

for (const [what, text, why] of REFUSED) {
  test(`${what} is refused, with the reason`, () => {
    assert.throws(() => parseSavedReport(text, 'old.json'), {
      name: 'ChurnError',
      code: 'usage',
      message: why,
    });
  });
}

test('text that was put into a file by hand is made harmless', () => {
  const report = parseSavedReport(
    edited(given => {
      given['notes'] = ['1000 cycles, 0 leaks \u001b[31m'];
    }),
    'old.json',
  );
  assert.deepEqual(report.notes, ['1000 cycles, 0·leaks \\x1b[31m']);
});

test('fields that are not known yet are kept', () => {
  assert.deepEqual(
    (
      parseSavedReport(
        edited(report => (report['weather'] = { medianMs: 1 })),
        'x',
      ) as { weather?: unknown }
    ).weather,
    { medianMs: 1 },
  );
});

test('a finding without a next command, as former versions wrote it, can be told in every format', async () => {
  const old = edited(report => {
    for (const finding of report['findings'] as { next?: string }[]) delete finding.next;
  });
  const report = parseSavedReport(old, 'old.json');
  assert.equal(report.findings[0]?.next, 'churn explain fd');
  for (const name of REPORTER_NAMES) {
    const text = (await REPORTERS[name]())(report, { colorLevel: 0, columns: 80 });
    assert.doesNotMatch(text, /next: `?undefined/);
  }
});
