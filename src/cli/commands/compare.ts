import { compareReports } from '../../report/compare/compare.js';
import { COMPARISON_REPORTERS } from '../../report/compare/registry.js';
import { renderServeComparison } from '../../report/serve/side-by-side.js';
import { put } from '../deliver.js';
import { type OutputOptions, parseDeliveries } from '../deliveries.js';
import type { Io } from '../io.js';
import { readSavedReport } from '../saved-report.js';
import { widthOf } from '../width.js';

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
  for (const delivery of deliveries) {
    const format = FORMATS.find(known => known === delivery.reporter) ?? 'text';
    const render = COMPARISON_REPORTERS[format];
    put(io, delivery, render(comparison, delivery.file === undefined ? widthOf(io) : 100));
  }
  return comparison.verdict === 'worse' ? 1 : 0;
}
