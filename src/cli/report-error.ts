import { constants } from 'node:os';
import type { ChurnError } from '../errors.js';
import { breakProof, escapeText } from '../report/escape.js';
import { REPORTERS } from '../report/registry.js';
import { type Report, SCHEMA_VERSION } from '../report/report.js';
import { VERSION } from '../version.js';
import { splitArguments } from './arguments.js';
import { colorLevel } from './color.js';
import type { Io } from './io.js';

/** Says why nothing could be tested: a sentence and a hint on stderr, and with `--json` one object on stdout. */
export async function reportError(io: Io, error: ChurnError): Promise<number> {
  const report = errorReport(io, error);
  const style = {
    colorLevel: colorLevel(io, io.stderr, !io.argv.includes('--no-color')),
    columns: io.stderr.columns,
  };
  const renderText = await REPORTERS.text();
  io.stderr.write(renderText(report, style));
  if (wantsJson(io.argv)) io.stdout.write((await REPORTERS.json())(report));
  return 2;
}

export function errorReport(io: Io, { code, message, hint, output }: ChurnError): Report {
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'churn', version: VERSION, command: io.argv.map(escapeText) },
    environment: { kernel: 'unknown', node: io.nodeVersion, cpus: io.cpus },
    seed: null,
    verdict: 'error',
    clean: false,
    summary: `ERROR  ${escapeText(message)}`,
    interrupted: false,
    error: {
      code,
      sentence: escapeText(message),
      hint: breakProof(hint),
      ...(output.length > 0 && { output: output.map(escapeText) }),
    },
    checks: [],
    findings: [],
    allowed: [],
    held: [],
    rounds: [],
    series: [],
    phases: [],
    timings: {},
    notes: [],
  };
}

/** Asked of the bare arguments: the error may be that they could not be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  const { own } = splitArguments(argv);
  return own.some(
    (argument, index) => argument === '--json' || (argument === 'json' && own[index - 1] === '--reporter'),
  );
}

/**
 * The exit status, from the verdict alone: 0 pass, 1 the server is at fault, 2 could not test, 3 undecided and
 * `strict`. A signal that ended the run early is told as a shell would: 128 + its number. Where a file that was asked for
 * could not be written it is 2, but never in place of a fault that is proven.
 */
export function exitCode(
  report: Pick<Report, 'verdict' | 'interrupted'>,
  strict: boolean,
  signalName: unknown,
  isDelivered = true,
): number {
  if (report.interrupted) return signalStatus(signalName);
  if (!isDelivered && report.verdict !== 'fail') return 2;
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
  return signalStatus(signalName);
}

/** What a shell says of a program that a signal has ended; of what was cancelled otherwise, that of Ctrl-C. */
export function signalStatus(name: unknown): number {
  return 128 + (constants.signals[name as NodeJS.Signals] ?? constants.signals.SIGINT);
}
