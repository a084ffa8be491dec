import { parseWatchOptions, type RawWatchOptions } from '../../options/watch.js';
import { requireProc } from '../../proc/host.js';
import { escapeText } from '../../report/escape.js';
import { watch } from '../../session/watch.js';
import { VERSION } from '../../version.js';
import { deliver } from '../deliver.js';
import { type OutputOptions, parseDeliveries } from '../deliveries.js';
import type { Io } from '../io.js';
import { progressLine } from '../progress.js';
import { exitCode } from '../report-error.js';

interface WatchOutput extends OutputOptions {
  readonly progress: boolean;
  readonly color: boolean;
}

/** `churn watch`: exit status of the verdict, whatever that of the load is. */
export async function watchCommand(io: Io, raw: RawWatchOptions & WatchOutput): Promise<number> {
  const options = parseWatchOptions(raw);
  const deliveries = parseDeliveries(raw, io.env);
  requireProc();
  // What a load prints goes to stderr as well, and a line that is drawn anew would break it.
  const progress = progressLine(io, raw.progress && !raw.quiet && options.command === undefined);
  try {
    const report = await watch(options, {
      signal: io.signal,
      onProgress: progress.update,
      tool: { name: 'churn', version: VERSION, command: io.argv.map(escapeText) },
      environment: { node: io.nodeVersion, cpus: io.cpus },
      timings: { startupMs: io.startupMs },
      world: io,
      isQuiet: raw.quiet === true,
    });
    progress.clear();
    const isDelivered = await deliver(io, deliveries, report, raw.color, raw.verbose);
    return exitCode(report, options.policy.strict, io.signal.reason, isDelivered);
  } finally {
    progress.clear();
  }
}
