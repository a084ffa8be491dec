import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GaugeManner } from '../../../src/options/gauge.js';
import { checkGauge } from '../../../src/verdict/checks/gauge.js';
import { nextConfirmingRound } from '../../../src/verdict/confirmation.js';
import { judge } from '../../../src/verdict/judge.js';
import { buildEvidence, leaking, upTo } from '../../support/evidence.js';
import { gaugeSeries as series } from '../../support/gauge-reports.js';
import { DEFAULT_POLICY } from '../../support/report.js';

type Status = ReturnType<typeof checkGauge>['check']['status'];
const JUDGED: ReadonlyArray<
  readonly [
    what: string,
    manner: GaugeManner,
    values: ReadonlyArray<number | undefined>,
    status: Status,
    note?: string,
  ]
> = [
  ['what came back', 'returns', [0, 0, 0], 'pass'],
  ['what fell', 'returns', [5, 5, 3], 'pass'],
  ['what came back after further cycles', 'returns', [0, 0, 2, 0], 'pass'],
  ['what is in use by others now and then', 'returns', [0, 0, 2, 3, 0, 1], 'pass'],
  ['what grows on', 'returns', [0, 0, 10, 13, 16, 19], 'fail'],
  ['a pool that is used up', 'returns', [0, 0, 10, 10, 10, 10], 'fail'],
  ['a pool that was used up in the warm-up', 'returns', [0, 10, 10, 10, 10, 10], 'fail'],
  ['what was not asked again', 'returns', [0, 0, 10], 'undecided', 'gauge-undecided'],
  ['what could not be read at the end', 'returns', [0, 0, undefined], 'undecided', 'gauge-unread'],
  ['what was back and is gone', 'returns', [0, 0, 0, undefined], 'undecided', 'gauge-unread'],
  ['what is opened once', 'recurs', [21, 21, 25, 25, 25, 25], 'pass', 'gauge-levelled'],
  ['what is opened in the warm-up', 'recurs', [21, 25, 25], 'pass'],
  ['descriptors that grow on', 'recurs', [21, 22, 122, 152, 182, 212], 'fail'],
  ['descriptors that grew twice', 'recurs', [21, 22, 122, 152, 182, 182], 'undecided', 'gauge-undecided'],
];

for (const [what, manner, values, status, note] of JUDGED) {
  test(`${what} (${manner} ${values.join(' ')}): ${status}`, () => {
    const result = checkGauge(buildEvidence({ gauges: [series(manner, values)] }));
    assert.equal(result.check.status, status);
    assert.equal(result.findings.length, status === 'fail' ? 1 : 0);
    assert.deepEqual(
      result.notes.map(given => given.note),
      note ? [note] : [],
    );
  });
}

test('without gauges nothing is measured, and the verdict is what it was', () => {
  assert.equal(checkGauge(buildEvidence()).check.status, 'not-measured');
  assert.equal(judge(buildEvidence(), DEFAULT_POLICY).clean, true);
});

test('bytes are judged by their trend; in doubt they are told and cost no verdict', () => {
  const bytes = (at: (index: number) => number) =>
    series('trend', [], {
      readings: upTo(24).map(index => ({ phase: 'cycles', connections: 42 * index, value: at(index) })),
    });
  const flat = checkGauge(buildEvidence({ gauges: [bytes(() => 5e6)] }));
  assert.deepEqual([flat.check.status, flat.check.bound], ['pass', 0]);
  const managed = buildEvidence({ gauges: [bytes(index => 5e6 + index * 42_000)], runtime: 'v8' });
  assert.equal(checkGauge(managed).check.status, 'pass');
  assert.deepEqual(
    checkGauge(managed).notes.map(({ note }) => note),
    ['gauge-bytes'],
  );
  const long = buildEvidence({
    connections: 100_000,
    gauges: [
      series('trend', [], {
        readings: upTo(24).map(n => ({
          phase: 'cycles',
          connections: 4_166 * n,
          value: 5e6 + n * 4_166_000,
        })),
      }),
    ],
    runtime: 'v8',
  });
  const [finding] = checkGauge(long).findings;
  assert.equal(finding?.perCycle, 1_000);
});

test('a gauge in doubt is confirmed, and one that is proved ends confirming', () => {
  const doubtful = buildEvidence({ gauges: [series('returns', [0, 0, 10])] });
  assert.deepEqual(nextConfirmingRound(doubtful)?.suspects, ['gauge']);
  const proved = buildEvidence({ gauges: [series('returns', [0, 0, 10, 10, 10, 10])] });
  assert.equal(nextConfirmingRound(proved), undefined);
  assert.equal(judge(proved, DEFAULT_POLICY).verdict, 'fail');
});

test('beside connections that are proved forgotten a gauge in doubt is not judged', () => {
  const evidence = leaking([1, 2, 3], { gauges: [series('returns', [0, 0, 10])] });
  assert.equal(checkGauge(evidence).check.status, 'not-measured');
});

test('one that was still falling is told so', () => {
  const draining = series('returns', [0, 0, 10], { draining: true });
  assert.deepEqual(checkGauge(buildEvidence({ gauges: [draining] })).notes, [
    { note: 'gauge-undecided', name: 'leased', before: 0, after: 10, draining: true },
  ]);
});
