import type { ChurnError } from '../errors.js';
import type { Report } from '../report/report.js';

/**
 * The exit status, from the verdict alone: 0 pass, 1 the server is at fault, 2 could not test, 3 undecided and
 * `strict`. A signal that ended the run early is told as a shell would: 128 + its number.
 */
export function exitCode(
  report: Pick<Report, 'verdict' | 'interrupted'>,
  strict: boolean,
  signalName: unknown,
): number {
  if (report.interrupted) return signalName === 'SIGTERM' ? 143 : 130;
  switch (report.verdict) {
    case 'pass':
      return 0;
    case 'fail':
      return 1;
    case 'error':
      return 2;
    case 'undecided':
      return strict ? 3 : 0;
  }
}

/** Of an error: 2, or that of the signal which left nothing to report. */
export function exitCodeOf({ code }: ChurnError, usual: number, signalName: unknown): number {
  if (code !== 'interrupted-early' || signalName === undefined) return usual;
  return signalName === 'SIGTERM' ? 143 : 130;
}
