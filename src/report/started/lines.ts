import type { Report } from '../report.js';
import { lifeRows } from '../wording/life.js';

/** What the text report says of a server that was started for it: name and text. Nothing for any other. */
export function startedRows({ server }: Report): [name: string, text: string][] {
  return server ? lifeRows(server) : [];
}

/** The end of what it wrote, where something went wrong; undefined where there is nothing to be said of that. */
export function lastOutput({
  server,
  verdict,
}: Report): { readonly caption: string; readonly lines: readonly string[] } | undefined {
  if (!server || verdict !== 'fail') return undefined;
  const { lines, file } = server.output;
  if (lines.length === 0 && file !== null) return undefined;
  if (lines.length === 0) return { caption: 'the server wrote nothing', lines };
  const where = file === null ? 'all of it with --server-log FILE' : `all of it in ${file}`;
  return { caption: `the last that the server wrote (${where})`, lines };
}

export function outputLines(report: Report): string[] {
  const output = lastOutput(report);
  if (!output) return [];
  const { caption, lines } = output;
  return ['', `  ${caption}${lines.length > 0 ? ':' : ''}`, ...lines.map(line => `  | ${line}`)];
}
