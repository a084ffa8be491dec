import type { Comparison } from './comparison.js';

/** Every way to write a comparison: comparison and width in, text out. */
export const COMPARISON_REPORTERS = {
  text: async () => (await import('./text.js')).renderComparison,
  markdown: async () => (await import('./markdown.js')).renderComparisonMarkdown,
  json: async () => (comparison: Comparison) => `${JSON.stringify(comparison, undefined, 2)}\n`,
} as const satisfies Record<string, () => Promise<(comparison: Comparison, columns: number) => string>>;
