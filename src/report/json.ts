import { breakProof } from './escape.js';
import type { Report } from './report.js';

/** The whole report as one object. Text in it that came from outside cannot read as the proof of a clean run. */
export function renderJson(report: Report): string {
  const harmless = (key: string, value: unknown) =>
    typeof value === 'string' && !(key === 'summary' && report.clean) ? breakProof(value) : value;
  return `${JSON.stringify(report, harmless, 2)}\n`;
}
