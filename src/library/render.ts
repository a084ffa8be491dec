import { compareReports } from '../report/compare/compare.js';
import type { Comparison } from '../report/compare/comparison.js';
import { COMPARISON_REPORTERS } from '../report/compare/render.js';
import { REPORTERS, type ReporterName } from '../report/registry.js';
import type { Report } from '../report/report.js';
import { parseSavedReport } from '../report/saved.js';
import type { TextStyle } from '../report/text.js';

/** A report as text, JSON, JUnit, TAP, Markdown, HTML … ; width and colours matter to `text` alone. */
export async function render(
  report: Report,
  reporter: ReporterName = 'text',
  style: Partial<TextStyle> = {},
): Promise<string> {
  const draw = await REPORTERS[reporter]();
  return draw(report, { colorLevel: 0, columns: 100, ...style });
}

/**
 * What changed from one run to a later one.
 * @throws ChurnError when one of them is no run that was judged.
 */
export function compare(old: Report, next: Report): Comparison {
  return compareReports(old, next);
}

/** A comparison as text, JSON or Markdown. */
export function renderComparison(
  comparison: Comparison,
  reporter: keyof typeof COMPARISON_REPORTERS = 'text',
  columns = 100,
): string {
  return COMPARISON_REPORTERS[reporter](comparison, columns);
}

/**
 * A report that `--save` or `--json` has written; `file` is its name in the error.
 * @throws ChurnError `usage` when the text is no report.
 */
export function parseReport(text: string, file = 'The text'): Report {
  return parseSavedReport(text, file);
}
