import { renderJson } from './json.js';
import { renderQuiet } from './quiet.js';
import type { Report } from './report.js';
import { renderText, type TextStyle } from './text.js';

/** Every way to write a report: report and style in, text out, nothing else. */
export const REPORTERS = {
  text: renderText,
  json: renderJson,
  quiet: renderQuiet,
} as const satisfies Record<string, (report: Report, style: TextStyle) => string>;

export type ReporterName = keyof typeof REPORTERS;

/** Those that `--reporter` takes; `quiet` is an option of its own. */
export const REPORTER_NAMES = ['text', 'json'] as const satisfies readonly ReporterName[];
