import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotLines } from '../../src/report/plot.js';
import type { Report } from '../../src/report/report.js';
import { leaking, upTo } from '../support/evidence.js';
import { buildReport } from '../support/report.js';
import { REPORTS } from '../support/reports.js';

const leak = buildReport(leaking(upTo(1_010)));

test('a leak on every cycle is a slope', () => {
  assert.deepEqual(plotLines(watched(leak, [0, 250, 500, 750, 1_000], cycles => 5 + cycles)), [
    '      1005 │                 ▁▂▄▅▇█',
    '           │            ▁▃▄▆▇██████',
    '           │      ▁▂▄▅▇████████████',
    '         5 │ ▁▃▄▆▇█████████████████',
    '           └───────────────────────',
    '      fds   0           1000 cycles',
  ]);
});

for (const [what, lines] of [
  ['a clean run', plotLines(REPORTS.clean)],
  ['a run that nobody looked at in between', plotLines(watched(leak, [0, 1_000], cycles => 5 + cycles))],
  ['a leak that the series did not see', plotLines(watched(leak, [0, 500, 1_000], () => 5))],
] as const) {
  test(`${what} is not drawn`, () => {
    assert.deepEqual(lines, []);
  });
}

function watched(report: Report, cycles: readonly number[], fds: (cycles: number) => number): Report {
  const [point] = report.series;
  if (!point) throw new Error('a report has points');
  return {
    ...report,
    series: cycles.map((cyclesDone, index) => ({
      ...point,
      atMs: 50 * index,
      cyclesDone,
      fds: fds(cyclesDone),
    })),
  };
}
