import { parseOptions, type RawOptions } from '../../options.js';
import { requireProc } from '../../proc/host.js';
import { escapeText } from '../../report/escape.js';
import { REPORTERS } from '../../report/registry.js';
import type { Report } from '../../report/report.js';
import { run } from '../../run.js';
import { VERSION } from '../../version.js';
import { colorLevel } from '../color.js';
import { type Delivery, parseDeliveries, writeWhole } from '../deliver.js';
import { exitCode } from '../exit-code.js';
import { withFiles } from '../files.js';
import type { Io } from '../io.js';
import { progressLine } from '../progress.js';
import { widthOf } from '../width.js';

/** Options of the command line that say how to print. */
export interface OutputOptions {
  readonly reporter?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress: boolean;
  readonly color: boolean;
}

/** `churn run`: exit status of the verdict. */
export async function runCommand(io: Io, raw: RawOptions & OutputOptions): Promise<number> {
  const options = parseOptions(withFiles(raw));
  const deliveries = parseDeliveries(raw.reporter ?? [], raw.json ?? false, raw.quiet ?? false);
  requireProc();
  const progress = progressLine(io.stderr, raw.progress && !raw.quiet);
  try {
    const report = await run(options, {
      signal: io.signal,
      onProgress: progress.update,
      tool: { name: 'churn', version: VERSION, command: io.argv.map(escapeText) },
      environment: { node: io.nodeVersion, cpus: io.cpus },
      timings: { startupMs: io.startupMs },
    });
    progress.clear();
    for (const delivery of deliveries) deliver(io, delivery, report, raw.color);
    return exitCode(report, options.policy.strict, io.signal.reason);
  } finally {
    progress.clear();
  }
}

function deliver(io: Io, { reporter, file }: Delivery, report: Report, color: boolean): void {
  const level = file === undefined ? colorLevel(io, io.stdout, color) : 0;
  const text = REPORTERS[reporter](report, {
    colorLevel: level,
    columns: file === undefined ? widthOf(io) : 100,
  });
  if (file === undefined) io.stdout.write(text);
  else writeWhole(file, text);
}
