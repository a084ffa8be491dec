import { compareReports } from '../../report/compare/compare.js';
import { COMPARISON_REPORTERS } from '../../report/compare/render.js';
import { renderServeComparison } from '../../report/serve/served-client.js';
import { deliver, put } from '../deliver.js';
import { type OutputOptions, parseDeliveries } from '../deliveries.js';
import { type Io, widthOf } from '../io.js';
import { exitCode } from '../report-error.js';
import { readSavedReport } from '../saved-report.js';

/** `churn render FILE`: what the run itself would have written, and its exit status. */
export async function renderCommand(
  io: Io,
  file: string,
  raw: OutputOptions & { readonly color: boolean },
): Promise<number> {
  const deliveries = parseDeliveries(raw, io.env);
  const report = readSavedReport(file);
  const isDelivered = await deliver(io, deliveries, report, raw.color, raw.verbose);
  return exitCode(report, report.tool.command.includes('--strict'), undefined, isDelivered);
}

const FORMATS = [
  'text',
  'json',
  'markdown',
] as const satisfies readonly (keyof typeof COMPARISON_REPORTERS)[];

/** `churn compare OLD NEW`: 0 when nothing got worse, 1 when something is new or worse. */
export async function compareCommand(
  io: Io,
  oldFile: string,
  newFile: string,
  raw: Pick<OutputOptions, 'reporter' | 'json'>,
): Promise<number> {
  const deliveries = parseDeliveries(raw, io.env, FORMATS);
  const [old, next] = [readSavedReport(oldFile), readSavedReport(newFile)];
  if (old.serve && next.serve) {
    io.stdout.write(renderServeComparison(old, next));
    return old.verdict !== 'fail' && next.verdict === 'fail' ? 1 : 0;
  }
  const comparison = compareReports(old, next);
  let isDelivered = true;
  for (const delivery of deliveries) {
    const format = FORMATS.find(known => known === delivery.reporter) ?? 'text';
    const render = COMPARISON_REPORTERS[format];
    const text = render(comparison, delivery.file === undefined ? widthOf(io) : 100);
    isDelivered = (await put(io, delivery, text)) && isDelivered;
  }
  return comparison.verdict === 'worse' ? 1 : isDelivered ? 0 : 2;
}
