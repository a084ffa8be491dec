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
