import { statSync } from 'node:fs';
import { ChurnError } from '../errors.js';
import {
  type Raw,
  requireSense,
  SWITCH,
  SWITCH_THAT_IS_ON,
  type Table,
  text,
  texts,
} from '../options/option.js';
import { REPORTER_NAMES } from '../report/registry.js';
import type { Io } from './io.js';
import { identityOf, requireWritable } from './report-file.js';

/** Where a report goes, and in which format. */
export interface Delivery {
  readonly reporter: (typeof REPORTER_NAMES)[number] | 'quiet';
  /** undefined: stdout. */
  readonly file: string | undefined;
  /** Added to what the file holds, which belongs to somebody else. */
  readonly append?: boolean;
  /** The file is a named pipe, and this its open descriptor. */
  readonly pipe?: number | undefined;
}

/** How a report is written. */
export const FORMAT = {
  reporter: {
    value: { ...texts('<name[=file]>'), completion: REPORTER_NAMES },
    help: `${REPORTER_NAMES.join(', ')}; to stdout or a file, repeatable`,
  },
  json: { value: SWITCH, help: 'the same as --reporter json' },
  quiet: {
    value: SWITCH,
    help: 'one line',
    notWith: { verbose: ['--quiet and --verbose contradict each other.', 'Leave one of them out.'] },
  },
  verbose: { short: '-v', value: SWITCH, help: 'how the verdict came about, step by step' },
  color: { value: SWITCH_THAT_IS_ON, help: 'no colour' },
} as const satisfies Table;

/** The same of a run that is made now. */
export const OUTPUT = {
  ...FORMAT,
  save: {
    value: text('<file>', 'file'),
    help: 'the same as --reporter json=FILE, for churn compare and churn render',
  },
  progress: { value: SWITCH_THAT_IS_ON, help: 'no progress line' },
} as const satisfies Table;

/** Of `compare`, which has fewer reporters. */
export const COMPARED = {
  reporter: { ...FORMAT.reporter, help: 'text, json, markdown; to stdout or a file, repeatable' },
  json: FORMAT.json,
} as const satisfies Table;

/** With the other file that a run may write. */
export type OutputOptions = Raw<typeof OUTPUT> & { readonly serverLog?: string | undefined };

/**
 * What was asked for; on stdout `text`, or `github` in a job of GitHub Actions, whose summary gets the report too.
 *
 * @throws ChurnError for an unknown reporter, two of them on stdout or in one file, or a file that cannot be written.
 */
export function parseDeliveries(
  raw: OutputOptions,
  env: Io['env'],
  known: readonly (typeof REPORTER_NAMES)[number][] = REPORTER_NAMES,
): Delivery[] {
  requireSense(OUTPUT, raw);
  const { reporter: specs = [], json = false, quiet = false, save } = raw;
  const asked = [...(json ? ['json'] : []), ...specs, ...(save === undefined ? [] : [`json=${save}`])].map(
    spec => parseDelivery(spec, known),
  );
  const onStdout = asked.filter(({ file }) => file === undefined);
  if (onStdout.length > 1) {
    throw new ChurnError(
      'usage',
      `Two reporters want stdout: ${onStdout.map(({ reporter }) => reporter).join(' and ')}.`,
      `Send one of them to a file: --reporter ${onStdout[1]?.reporter}=report.out`,
    );
  }
  const files = asked.flatMap(({ file }) => file ?? []);
  requireDifferent(files, raw.serverLog);
  const onGithub = env['GITHUB_ACTIONS'] === 'true' && known.includes('github');
  const byItself = quiet ? 'quiet' : onGithub ? 'github' : 'text';
  return [
    ...asked.map(one => (one.file === undefined ? one : { ...one, pipe: requireWritable(one.file) })),
    ...(onStdout.length > 0 ? [] : [{ reporter: byItself, file: undefined } as const]),
    ...(onGithub && env['GITHUB_STEP_SUMMARY']
      ? [{ reporter: 'markdown', file: env['GITHUB_STEP_SUMMARY'], append: true } as const]
      : []),
  ];
}

function parseDelivery(spec: string, known: readonly (typeof REPORTER_NAMES)[number][]): Delivery {
  const at = spec.indexOf('=');
  const name = at < 0 ? spec : spec.slice(0, at);
  const reporter = known.find(candidate => candidate === name);
  if (!reporter) {
    throw new ChurnError(
      'usage',
      `--reporter expects one of ${known.join(', ')}, got ${JSON.stringify(name)}.`,
      'For example --reporter json=report.json',
    );
  }
  if (at === spec.length - 1) {
    throw new ChurnError(
      'usage',
      `--reporter ${name}= names no file.`,
      `For example --reporter ${name}=report.out`,
    );
  }
  return { reporter, file: at < 0 ? undefined : spec.slice(at + 1) };
}

/** By what they are, not by their names: links lead to one file from several. */
function requireDifferent(files: readonly string[], serverLog: string | undefined): void {
  const known = new Map<string, string>();
  if (serverLog !== undefined) known.set(identityOf(serverLog), 'The log of the server and a report');
  if (statSync(STDOUT, { throwIfNoEntry: false })?.isFile())
    known.set(identityOf(STDOUT), 'What stdout gets and a report');
  for (const file of files) {
    const other = known.get(identityOf(file));
    if (other !== undefined) {
      throw new ChurnError('usage', `${other} would go to ${file}.`, 'Name a file for each of them.');
    }
    known.set(identityOf(file), 'Two reports');
  }
}

const STDOUT = '/dev/stdout';
