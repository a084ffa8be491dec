import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { writeTrouble } from '../own-limits.js';
import { REPORTERS } from '../report/registry.js';
import type { Report } from '../report/report.js';
import { colorLevel } from './color.js';
import type { Delivery } from './deliveries.js';
import { type Io, widthOf } from './io.js';
import { toldError } from './own-error.js';
import { writeElsewhere, writeWhole } from './report-file.js';

/**
 * Writes a report everywhere it is wanted: to stdout first, because a file may fail. What fails is said on stderr, and
 * stops nothing else.
 *
 * @returns whether all of it is where it was wanted.
 */
export async function deliver(
  io: Io,
  deliveries: readonly Delivery[],
  report: Report,
  color: boolean,
  verbose = false,
): Promise<boolean> {
  let isWhole = true;
  for (const delivery of stdoutFirst(deliveries)) {
    try {
      const render = await REPORTERS[delivery.reporter]();
      const style =
        delivery.file === undefined
          ? { colorLevel: colorLevel(io, io.stdout, color), columns: widthOf(io) }
          : { colorLevel: 0 as const, columns: FILE_COLUMNS };
      const reasoning =
        verbose && EXPLAINED.includes(delivery.reporter) ? await reasoningOf(report, style) : '';
      isWhole = (await put(io, delivery, render(report, style) + reasoning)) && isWhole;
    } catch (error) {
      const { message, hint } = toldError(io, error);
      io.stderr.write(`churn: there is no ${delivery.reporter} report: ${message}\nhint: ${hint}\n`);
      isWhole = false;
    }
  }
  return isWhole;
}

function stdoutFirst(deliveries: readonly Delivery[]): readonly Delivery[] {
  return [...deliveries].sort((a, b) => Number(a.file !== undefined) - Number(b.file !== undefined));
}

/** Most runs do not ask for it, and do not load it. */
async function reasoningOf(report: Report, { columns }: { readonly columns: number }): Promise<string> {
  const { drawReasoning } = await import('../report/on-demand.js');
  return drawReasoning(report, columns);
}

/**
 * A text to stdout, whole into its file, or at the end of one. What cannot be written to its file goes into a temporary one.
 * @returns whether it is where it was wanted.
 */
export async function put(io: Io, { file, append, pipe }: Delivery, text: string): Promise<boolean> {
  if (file === undefined) io.stdout.write(text);
  else if (append) appendWhole(io, file, text);
  else {
    try {
      await writeWhole(file, text, { pipe, signal: io.signal });
    } catch (error) {
      const other = writeElsewhere(file, text);
      const instead = other === undefined ? '' : `; it is in ${other} instead`;
      io.stderr.write(
        `churn: the report could not be written to ${file}: ${writeTrouble(error)}${instead}\n`,
      );
      return false;
    }
  }
  return true;
}

/** The summary of a GitHub job. Nobody asked for it by name, so what hinders it is said and changes nothing. */
function appendWhole(io: Io, file: string, text: string): void {
  const held = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  try {
    if (held + Buffer.byteLength(text) > MAX_SUMMARY_BYTES) {
      io.stderr.write(`churn: the summary of this step is full (1 MiB); the report is not added to it\n`);
      return;
    }
    appendFileSync(file, text);
  } catch (error) {
    io.stderr.write(`churn: the report was not added to the summary of this step: ${writeTrouble(error)}\n`);
    cutBack(file, held);
  }
}

/** A disk that is full has taken half of it. */
function cutBack(file: string, bytes: number): void {
  try {
    if (statSync(file).isFile()) truncateSync(file, bytes);
  } catch {
    // It was not even there.
  }
}

/** What GitHub takes from one step. */
const MAX_SUMMARY_BYTES = 1_048_576;
const FILE_COLUMNS = 100;
/** Reports for people, which --verbose makes longer; others have the same facts as data. */
const EXPLAINED: ReadonlyArray<Delivery['reporter']> = ['text', 'github'];
