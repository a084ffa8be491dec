import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawReasoning } from '../../src/report/reasoning.js';
import { REPORTERS, type Reporter } from '../../src/report/registry.js';
import { parseSavedReport } from '../../src/report/saved.js';
import { renderText, type TextStyle } from '../../src/report/text.js';
import { REPORTS } from '../support/reports.js';

const PLAIN: TextStyle = { colorLevel: 0, columns: 40 };
const STYLES: readonly TextStyle[] = [PLAIN, { colorLevel: 3, columns: 110 }];
const REPORTER_ENTRIES: ReadonlyArray<readonly [name: string, render: Reporter]> = [
  ...(await Promise.all(
    Object.entries(REPORTERS).map(async ([name, load]) => [name, await load()] as const),
  )),
  [
    'text with --verbose',
    (report, style) => renderText(report, style) + drawReasoning(report, style.columns),
  ],
];

const toJson = await REPORTERS.json();
/** Each as it is when it has been written and read again. */
const SORTS = Object.entries(REPORTS).map(([sort, report]) => {
  return [sort, report, parseSavedReport(toJson(report), 'saved.json')] as const;
});

for (const [name, render] of REPORTER_ENTRIES) {
  describe(`of every sort of report, what the ${name} reporter writes`, () => {
    for (const [sort, report, saved] of SORTS) {
      test(`${sort}: is whole, harmless and the same again, and a proof only of a clean run`, () => {
        for (const style of STYLES) {
          const output = render(report, style);
          assert.equal(/0 leak|no leak/i.test(output), report.clean);
          assert.ok(output.endsWith('\n') && !output.endsWith('\n\n'), 'ends with one newline');
          assert.equal(render(report, style), output);
          assert.equal(render(saved, style), output);
          assert.doesNotMatch(output, /NaN|Infinity|undefined|\[object/);
          const colorless = style.colorLevel === 0 ? output : output.replaceAll(/\u001b\[[0-9;]*m/g, '');
          assert.doesNotMatch(
            colorless,
            /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/,
          );
          if (report.clean) assert.ok(output.includes(report.summary), 'the proof is in one piece');
        }
      });
    }
  });
}
