import { breakProof } from './escape.js';
import type { Report } from './report.js';
import { renderText, type TextStyle } from './text.js';

/** One way to write a report: report and style in, text out, nothing else. */
export type Reporter = (report: Report, style: TextStyle) => string;

/** Every reporter. Those that a plain run does not need are loaded when one of them is called for, from one file. */
export const REPORTERS = {
  text: async () => renderText,
  json: async () => renderJson,
  junit: async (): Promise<Reporter> => (await import('./on-demand.js')).renderJunit,
  tap: async (): Promise<Reporter> => (await import('./on-demand.js')).renderTap,
  markdown: async (): Promise<Reporter> => (await import('./on-demand.js')).renderMarkdown,
  github: async (): Promise<Reporter> => (await import('./on-demand.js')).renderGithub,
  html: async (): Promise<Reporter> => (await import('./on-demand.js')).renderHtml,
  svg: async (): Promise<Reporter> => (await import('./on-demand.js')).renderSvg,
  quiet: async () => renderQuiet,
} as const satisfies Record<string, () => Promise<Reporter>>;

export type ReporterName = keyof typeof REPORTERS;

/** Those that `--reporter` takes; `quiet` is an option of its own. */
export const REPORTER_NAMES = [
  'text',
  'json',
  'junit',
  'tap',
  'markdown',
  'github',
  'html',
  'svg',
] as const satisfies readonly ReporterName[];

/** One line for a log: "churn 127.0.0.1:9000: PASS  1000 cycles, 0 leaks". */
function renderQuiet(report: Report): string {
  const where = report.target ? ` ${report.target.address}` : '';
  const said = report.error ? `ERROR  ${report.error.sentence}` : report.summary;
  return `churn${where}: ${said}\n`;
}

/** The whole report as one object. Text in it that came from outside cannot read as the proof of a clean run. */
export function renderJson(report: Report): string {
  const harmless = (key: string, value: unknown) =>
    typeof value === 'string' && !(key === 'summary' && report.clean) ? breakProof(value) : value;
  return `${JSON.stringify(report, harmless, 2)}\n`;
}
