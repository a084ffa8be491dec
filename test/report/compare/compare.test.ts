import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compareFigures, compareReports } from '../../../src/report/compare/compare.js';
import type { Change } from '../../../src/report/compare/comparison.js';
import { COMPARISON_REPORTERS } from '../../../src/report/compare/render.js';
import type { Report, ReportedFinding } from '../../../src/report/report.js';
import { buildEvidence, leaking, rounds, upTo } from '../../support/evidence.js';
import { buildReport } from '../../support/report.js';
import { REPORTS } from '../../support/reports.js';

const { clean, leak, interrupted } = REPORTS;

function withFd(different: Partial<ReportedFinding>): Report {
  const [finding] = leak.findings;
  assert.ok(finding);
  return { ...leak, findings: [{ ...finding, ...different }] };
}

function withMemory(perCycle: number, low: number, high: number): Report {
  const [finding] = leak.findings;
  assert.ok(finding);
  return {
    ...leak,
    findings: [{ ...finding, kind: 'memory', perCycle, count: perCycle * 1_000, facts: { low, high } }],
  };
}

const CHANGES: ReadonlyArray<readonly [what: string, old: Report, next: Report, change: Change]> = [
  ['a leak that was not there', clean, leak, 'new'],
  ['a leak that is no more', leak, clean, 'gone'],
  ['a leak that an interrupted run did not see', leak, interrupted, 'unknown'],
  ['the same leak', leak, leak, 'same'],
  ['a leak on every cycle after one on every tenth', buildReport(leaking(tenths())), leak, 'worse'],
  ['a leak on every tenth cycle after one on every cycle', leak, buildReport(leaking(tenths())), 'better'],
  ['one object more', withFd({ count: 1, perCycle: 0.001 }), withFd({ count: 2, perCycle: 0.002 }), 'same'],
  ['a twentieth more', withFd({}), withFd({ count: 1_060, perCycle: 1.05 }), 'same'],
  ['a warning that became a failure', withFd({ severity: 'warn' }), leak, 'worse'],
  ['a failure that became a warning', leak, withFd({ severity: 'warn' }), 'better'],
  ['memory whose intervals overlap', withMemory(500, 400, 600), withMemory(560, 450, 700), 'same'],
  ['memory that grows faster for sure', withMemory(500, 400, 600), withMemory(900, 700, 1_100), 'worse'],
  ['memory that grows more slowly for sure', withMemory(500, 400, 600), withMemory(200, 100, 300), 'better'],
];

for (const [what, old, next, change] of CHANGES) {
  test(`${what} is ${change}`, () => {
    const comparison = compareReports(old, next);
    assert.deepEqual(
      comparison.findings.map(finding => finding.change),
      [change],
    );
    assert.equal(comparison.verdict, ['new', 'worse'].includes(change) ? 'worse' : 'not-worse');
  });
}

test('two clean runs are not worse, and nothing is compared', () => {
  const { verdict, summary, findings } = compareReports(clean, clean);
  assert.deepEqual([verdict, findings], ['not-worse', []]);
  assert.equal(summary, 'NOT WORSE  pass → pass, nothing found in either');
});

test('a run that could not be made is not compared', () => {
  assert.throws(
    () => compareReports(clean, REPORTS.error),
    /The new report is of a run that could not be made/,
  );
});

test('what differs in how the runs were made is said', () => {
  const other = { ...clean, environment: { ...clean.environment, kernel: '5.4.0' } };
  assert.deepEqual(compareReports(clean, other).notes, [
    'The runs differ in their kernel: 6.18.0 and 5.4.0.',
  ]);
});

describe('figures', () => {
  const SAID = [
    [{ value: 100, noise: 5 }, { value: 103, noise: 5 }, 'within-noise'],
    [{ value: 100, noise: 5 }, { value: 120, noise: 5 }, 'up'],
    [{ value: 100, noise: 5 }, { value: 80, noise: 5 }, 'down'],
    [{ value: 100, noise: undefined }, { value: 200, noise: 5 }, 'too-little-data'],
    [undefined, { value: 100, noise: 5 }, 'too-little-data'],
  ] as const;
  for (const [old, next, said] of SAID) {
    test(`${JSON.stringify(old)} and ${JSON.stringify(next)} are ${said}`, () => {
      assert.equal(compareFigures(old, next).said, said);
    });
  }

  test('memory is compared by the slope of its rounds, rate needs five stretches', () => {
    const grows = buildReport(
      buildEvidence({ rounds: rounds(connections => 2_097_152 + connections * 900) }),
    );
    const { memory, rate } = compareReports(clean, grows);
    assert.deepEqual([memory.old, memory.new, memory.said], [0, 900, 'up']);
    assert.deepEqual([rate.said, rate.old], ['too-little-data', 11_110]);
  });

  test('rate is compared by the stretches between the points of the series', () => {
    const at = (perSecond: number) => ({
      ...clean,
      series: upTo(30).map(index => ({
        ...(clean.series[1] as Report['series'][number]),
        atMs: index * 10,
        cyclesDone: (index * perSecond) / 100 + (index % 2),
      })),
    });
    const { rate } = compareReports(at(10_000), at(5_000));
    assert.equal(rate.said, 'down');
    assert.ok(rate.ratio !== null && Math.abs(rate.ratio - 0.5) < 0.05, String(rate.ratio));
  });
});

test('no comparison, in any format, reads as the proof of a clean run', () => {
  const all = Object.values(REPORTS).filter(report => report.cycles);
  for (const [name, render] of Object.entries(COMPARISON_REPORTERS)) {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.constantFrom(...all), (old, next) => {
        const output = render(compareReports(old, next), 60);
        assert.doesNotMatch(output, /0 leak|no leak|NaN|undefined|Infinity/, name);
        assert.ok(output.endsWith('\n') && !output.endsWith('\n\n'));
        assert.doesNotMatch(output, /[\u0000-\u0009\u000b-\u001f\u202e]/);
      }),
    );
  }
});

function tenths(): number[] {
  return upTo(101).map(index => index * 10);
}
