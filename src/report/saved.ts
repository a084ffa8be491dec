import { Validator } from '@cfworker/json-schema';
import { ChurnError } from '../errors.js';
import { escapeText } from './escape.js';
import { type Report, type ReportedFinding, SCHEMA_VERSION } from './report.js';
import schema from './report.schema.json' with { type: 'json' };
import { isProof } from './summary.js';

/**
 * The report that `--save` wrote, read back. Text in it is made harmless again: anybody may have edited the file.
 *
 * @throws ChurnError `usage` when the text is no report, or one of another schema version.
 */
export function parseSavedReport(text: string, file: string): Report {
  const value = parseJson(text, file);
  requireVersion(value, file);
  const { valid, errors } = new Validator(schema as object, '2020-12').validate(value);
  if (!valid) {
    // The last one is the most exact: the others say that what holds it is wrong.
    const { instanceLocation = '#', error = '' } = errors.at(-1) ?? {};
    throw notAReport(file, `at ${instanceLocation.replace(/^#\/?/, '') || 'the top'}: ${error}`);
  }
  const report = completed(value as Report);
  if (report.clean && !isProof(report)) throw notAReport(file, 'its summary is not that of a clean run');
  return harmless(report, report.clean);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAReport(file, 'it is not JSON');
  }
}

function requireVersion(value: unknown, file: string): void {
  const version = (value as { readonly schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version !== 'number') throw notAReport(file, 'it has no schemaVersion');
  if (version === SCHEMA_VERSION) return;
  throw new ChurnError(
    'usage',
    `${file} has schema version ${version}; this churn reads version ${SCHEMA_VERSION}.`,
    'Read it with the version of churn that wrote it, or make the run again.',
  );
}

function notAReport(file: string, why: string): ChurnError {
  return new ChurnError(
    'usage',
    `${file} is no report of churn: ${why}.`,
    'Save one with churn --port 9000 --save report.json',
  );
}

/** Former versions wrote no next command, and every reporter has a place for one. */
function completed(report: Report): Report {
  return { ...withNext(report), ...(report.runs && { runs: report.runs.map(withNext) }) };
}

function withNext<R extends Pick<Report, 'findings'>>(told: R): R {
  const next = (found: ReportedFinding) => found.next ?? `churn explain ${found.kind}`;
  return { ...told, findings: told.findings.map(found => ({ ...found, next: next(found) })) };
}

function harmless(report: Report, isClean: boolean): Report {
  return JSON.parse(
    JSON.stringify(report, (key, value) =>
      typeof value === 'string' && !(isClean && key === 'summary' && value === report.summary)
        ? escapeText(value)
        : value,
    ),
  );
}
