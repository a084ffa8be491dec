import type { Report } from '../report.js';
import { lifeRows } from '../wording/life.js';

/** What the text report says of a server that was started for it: name and text. Nothing for any other. */
export function startedRows({ server }: Report): [name: string, text: string][] {
  return server ? lifeRows(server) : [];
}

/** The end of what it wrote, where something went wrong. */
export function outputLines({ server, verdict }: Report): string[] {
  if (!server || verdict !== 'fail') return [];
  const { lines, file } = server.output;
  if (lines.length === 0) return file === null ? ['', '  the server wrote nothing'] : [];
  const where = file === null ? 'all of it with --server-log FILE' : `all of it in ${file}`;
  return ['', `  the last that the server wrote (${where}):`, ...lines.map(line => `  | ${line}`)];
}
