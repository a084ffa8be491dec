import { deliver } from '../deliver.js';
import { type OutputOptions, parseDeliveries } from '../deliveries.js';
import { exitCode } from '../exit-code.js';
import type { Io } from '../io.js';
import { readSavedReport } from '../saved-report.js';

/** `churn render FILE`: what the run itself would have written, and its exit status. */
export async function renderCommand(
  io: Io,
  file: string,
  raw: OutputOptions & { readonly color: boolean },
): Promise<number> {
  const deliveries = parseDeliveries(raw, io.env);
  const report = readSavedReport(file);
  await deliver(io, deliveries, report, raw.color, raw.verbose);
  return exitCode(report, report.tool.command.includes('--strict'), undefined);
}
