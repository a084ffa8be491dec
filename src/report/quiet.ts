import type { Report } from './report.js';

/** One line for a log: "churn 127.0.0.1:9000: PASS  1000 cycles, 0 leaks". */
export function renderQuiet(report: Report): string {
  const where = report.target ? ` ${report.target.address}` : '';
  const said = report.error ? `ERROR  ${report.error.sentence}` : report.summary;
  return `churn${where}: ${said}\n`;
}
