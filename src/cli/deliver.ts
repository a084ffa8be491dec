import { appendFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { ChurnError } from '../errors.js';
import { REPORTERS } from '../report/registry.js';
import type { Report } from '../report/report.js';
import { colorLevel } from './color.js';
import type { Delivery } from './deliveries.js';
import { type Io, widthOf } from './io.js';

/** Writes a report everywhere it is wanted. */
export async function deliver(
  io: Io,
  deliveries: readonly Delivery[],
  report: Report,
  color: boolean,
  verbose = false,
): Promise<void> {
  for (const delivery of deliveries) {
    const render = await REPORTERS[delivery.reporter]();
    const style =
      delivery.file === undefined
        ? { colorLevel: colorLevel(io, io.stdout, color), columns: widthOf(io) }
        : { colorLevel: 0 as const, columns: FILE_COLUMNS };
    const reasoning =
      verbose && EXPLAINED.includes(delivery.reporter) ? await reasoningOf(report, style) : '';
    put(io, delivery, render(report, style) + reasoning);
  }
}

/** Most runs do not ask for it, and do not load it. */
async function reasoningOf(report: Report, { columns }: { readonly columns: number }): Promise<string> {
  const { drawReasoning } = await import('../report/on-demand.js');
  return drawReasoning(report, columns);
}

/** A text to stdout, whole into its file, or at the end of one. */
export function put(io: Io, { file, append }: Delivery, text: string): void {
  if (file === undefined) io.stdout.write(text);
  else if (append) appendWhole(io, file, text);
  else writeWhole(file, text);
}

/**
 * Written whole or not at all: beside the file first, then renamed over it. What is no file (/dev/null, a pipe) is written
 * to as it is: renamed over, it would be gone.
 */
function writeWhole(file: string, text: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(file, text);
    return;
  }
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

/** The summary of a GitHub job. Nobody asked for it by name, so what hinders it is said and changes nothing. */
function appendWhole(io: Io, file: string, text: string): void {
  try {
    const held = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (held + Buffer.byteLength(text) > MAX_SUMMARY_BYTES) {
      io.stderr.write(`churn: the summary of this step is full (1 MiB); the report is not added to it\n`);
      return;
    }
    appendFileSync(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    io.stderr.write(`churn: the report was not added to the summary of this step: ${code}\n`);
  }
}

/** What GitHub takes from one step. */
const MAX_SUMMARY_BYTES = 1_048_576;
const FILE_COLUMNS = 100;
/** Reports for people, which --verbose makes longer; others have the same facts as data. */
const EXPLAINED: ReadonlyArray<Delivery['reporter']> = ['text', 'github'];
