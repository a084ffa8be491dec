import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ChurnError } from '../errors.js';
import { REPORTER_NAMES } from '../report/registry.js';

/** Where a report goes, and in which format. */
export interface Delivery {
  readonly reporter: (typeof REPORTER_NAMES)[number] | 'quiet';
  /** undefined: stdout. */
  readonly file: string | undefined;
}

/** @throws ChurnError for an unknown reporter, two of them on stdout, or a file that cannot be written. */
export function parseDeliveries(specs: readonly string[], json: boolean, quiet: boolean): Delivery[] {
  const deliveries = [...(json ? ['json'] : []), ...specs].map(parseDelivery);
  const onStdout = deliveries.filter(({ file }) => file === undefined);
  if (onStdout.length > 1) {
    throw new ChurnError(
      'usage',
      `Two reporters want stdout: ${onStdout.map(({ reporter }) => reporter).join(' and ')}.`,
      `Send one of them to a file: --reporter ${onStdout[1]?.reporter}=report.out`,
    );
  }
  for (const { file } of deliveries) if (file !== undefined) requireWritable(file);
  if (onStdout.length > 0) return deliveries;
  return [...deliveries, { reporter: quiet ? 'quiet' : 'text', file: undefined }];
}

/** Written whole or not at all: beside the file first, then renamed over it. */
export function writeWhole(file: string, text: string): void {
  const beside = `${file}.churn-${Math.random().toString(36).slice(2, 10)}`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new ChurnError(
      'usage',
      `The report could not be written to ${file}: ${(error as NodeJS.ErrnoException).code}.`,
      'Check the folder and the free space of the disk.',
    );
  }
}

function parseDelivery(spec: string): Delivery {
  const at = spec.indexOf('=');
  const name = at < 0 ? spec : spec.slice(0, at);
  const reporter = REPORTER_NAMES.find(known => known === name);
  if (!reporter) {
    throw new ChurnError(
      'usage',
      `--reporter expects one of ${REPORTER_NAMES.join(', ')}, got ${JSON.stringify(name)}.`,
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
