import { AssertionError } from 'node:assert';
import type { Report } from '../report/report.js';
import type { RunOptions } from './options.js';
import { type Served, survivalOf } from './survival.js';

/**
 * `await survivesChurn(server, { cycles: 1000 })` in a test of node:test, or anywhere.
 *
 * @returns the report.
 * @throws AssertionError with the report as its message and `actual`; ChurnError when nothing could be tested.
 */
export async function survivesChurn(served: Served, options?: RunOptions): Promise<Report> {
  const { survived, report, text } = await survivalOf(served, options);
  if (survived) return report;
  throw new AssertionError({
    message: `expected the server to survive churn:\n\n${text}`,
    actual: report.summary,
    operator: 'survivesChurn',
    stackStartFn: survivesChurn,
  });
}

export type { RunOptions } from './options.js';
export type { Served } from './survival.js';
