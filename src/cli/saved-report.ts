import { readFileSync } from 'node:fs';
import { ChurnError } from '../errors.js';
import type { Report } from '../report/report.js';
import { parseSavedReport } from '../report/saved.js';

/** @throws ChurnError when the file cannot be read or holds no report. */
export function readSavedReport(file: string): Report {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ChurnError(
      'usage',
      `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
      'Save a report with churn --port 9000 --save report.json',
    );
  }
  return parseSavedReport(text, file);
}
