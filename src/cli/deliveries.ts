import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
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

/** Where a report goes, and in which format. */
export interface Delivery {
  readonly reporter: (typeof REPORTER_NAMES)[number] | 'quiet';
  /** undefined: stdout. */
  readonly file: string | undefined;
  /** Added to what the file holds, which belongs to somebody else. */
  readonly append?: boolean;
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

export type OutputOptions = Raw<typeof OUTPUT>;

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
  requireDifferent(files);
  for (const file of files) requireWritable(file);
  const onGithub = env['GITHUB_ACTIONS'] === 'true' && known.includes('github');
  const byItself = quiet ? 'quiet' : onGithub ? 'github' : 'text';
  return [
    ...asked,
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

function requireDifferent(files: readonly string[]): void {
  const twice = files.find((file, index) => files.some((other, at) => at < index && sameFile(file, other)));
  if (twice === undefined) return;
  throw new ChurnError('usage', `Two reports would go to ${twice}.`, 'Name a file for each of them.');
}

function sameFile(one: string, other: string): boolean {
  return resolve(one) === resolve(other);
}

/** Said before the run, not after it. */
function requireWritable(file: string): void {
  const folder = dirname(resolve(file));
  try {
    accessSync(folder, constants.W_OK);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error('is a folder');
  } catch {
    throw new ChurnError(
      'usage',
      `A report cannot be written to ${file}: ${folder} is missing or not writable, or the name is taken by a folder.`,
      'Make the folder first, or name another file.',
    );
  }
}
