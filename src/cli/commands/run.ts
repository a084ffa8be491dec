import { ChurnError } from '../../errors.js';
import { withWorkers } from '../../options/load.js';
import { type Options, parseOptions, type RawOptions } from '../../options/run.js';
import { requireProc } from '../../proc/host.js';
import { escapeText } from '../../report/escape.js';
import { storyOf } from '../../session/story.js';
import { networkElsewhere } from '../../target/elsewhere.js';
import { VERSION } from '../../version.js';
import { deliver } from '../deliver.js';
import { type Delivery, type OutputOptions, parseDeliveries } from '../deliveries.js';
import { withFiles } from '../files.js';
import type { Io } from '../io.js';
import { progressLine } from '../progress.js';
import { errorReport, exitCode } from '../report-error.js';
import { slowNotice } from '../slow-notice.js';

interface RunOutput extends OutputOptions {
  readonly progress: boolean;
  readonly color: boolean;
}

/** `churn run`: exit status of the verdict. */
export async function runCommand(io: Io, raw: RawOptions & RunOutput): Promise<number> {
  const options = parseOptions(withWorkers(withFiles(raw), io.cpus));
  const deliveries = parseDeliveries(raw, io.env);
  requireProc();
  const elsewhere = networkElsewhere(options);
  if (elsewhere !== undefined) return (await import('./on-demand.js')).runElsewhere(io, elsewhere);
  const progress = progressLine(io, raw.progress && !raw.quiet, raw.color, slowNotice(options));
  try {
    const report = await storyOf(
      options,
      {
        signal: io.signal,
        onProgress: progress.update,
        tool: { name: 'churn', version: VERSION, command: io.argv.map(escapeText) },
        environment: { node: io.nodeVersion, cpus: io.cpus },
        timings: { startupMs: io.startupMs },
      },
      io,
    ).catch(async error => {
      progress.clear();
      const there = await servedElsewhere(error, options);
      if (there !== undefined) return there;
      await deliverError(io, deliveries, error, raw.color);
      throw error;
    });
    if (typeof report === 'number') return (await import('./on-demand.js')).runElsewhere(io, report);
    progress.clear();
    const isDelivered = await deliver(io, deliveries, report, raw.color, raw.verbose);
    return exitCode(report, options.policy.strict, io.signal.reason, isDelivered);
  } finally {
    progress.clear();
  }
}

/** A process that listens on the port in another network namespace, where nobody does in ours. */
async function servedElsewhere(
  error: unknown,
  { port, host }: Pick<Options, 'port' | 'host'>,
): Promise<number | undefined> {
  const isFree = error instanceof ChurnError && error.code === 'nothing-listens';
  if (!isFree || port === undefined || host !== undefined) return undefined;
  const { findElsewhere } = await import('./on-demand.js');
  return findElsewhere(port);
}

async function deliverError(
  io: Io,
  deliveries: readonly Delivery[],
  error: unknown,
  color: boolean,
): Promise<void> {
  if (!(error instanceof ChurnError)) return;
  await deliver(io, deliveries.filter(tellsErrors), errorReport(io, error), color);
}

/** `main` says an error on stderr, and as JSON on stdout; a file that a CI server waits for gets it here. */
function tellsErrors({ reporter, file }: Delivery): boolean {
  return file !== undefined || !['text', 'quiet', 'json'].includes(reporter);
}
