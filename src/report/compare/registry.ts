import type { Comparison } from './comparison.js';
import { renderComparisonMarkdown } from './markdown.js';
import { renderComparison } from './text.js';

/** Every way to write a comparison: comparison and width in, text out. */
export const COMPARISON_REPORTERS = {
  text: renderComparison,
  markdown: renderComparisonMarkdown,
  json: (comparison: Comparison) => `${JSON.stringify(comparison, undefined, 2)}\n`,
} as const satisfies Record<string, (comparison: Comparison, columns: number) => string>;
