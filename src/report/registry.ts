import type { Report } from './report.js';
import type { TextStyle } from './text.js';

/** One way to write a report: report and style in, text out, nothing else. */
export type Reporter = (report: Report, style: TextStyle) => string;

/** Every reporter, loaded when it is called for: a text run pays for no other. */
export const REPORTERS = {
  text: async () => (await import('./text.js')).renderText,
  json: async () => (await import('./json.js')).renderJson,
  junit: async () => (await import('./junit.js')).renderJunit,
  tap: async () => (await import('./tap.js')).renderTap,
  markdown: async () => (await import('./markdown.js')).renderMarkdown,
  github: async () => (await import('./github.js')).renderGithub,
  html: async () => (await import('./html.js')).renderHtml,
  svg: async () => (await import('./svg.js')).renderSvg,
  quiet: async () => (await import('./quiet.js')).renderQuiet,
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
