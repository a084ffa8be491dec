import { ChurnError } from '../../errors.js';
import { parseServeOptions, type RawServeOptions } from '../../options/serve.js';
import { requireProc } from '../../proc/host.js';
import { escapeText } from '../../report/escape.js';
import { serve } from '../../serve/serve.js';
import { VERSION } from '../../version.js';
import { deliver } from '../deliver.js';
import { type OutputOptions, parseDeliveries } from '../deliveries.js';
import type { Io } from '../io.js';
import { serveProgressLine } from '../progress.js';
import { errorReport, exitCode } from '../report-error.js';

interface ServeOutput extends OutputOptions {
  readonly progress: boolean;
  readonly color: boolean;
}

/** `churn serve`: exit status of the verdict on the client. */
export async function serveCommand(io: Io, raw: RawServeOptions & ServeOutput): Promise<number> {
  const options = parseServeOptions(raw);
  const deliveries = parseDeliveries(raw, io.env);
  requireProc();
  const progress = serveProgressLine(io.stderr, raw.progress && !raw.quiet);
  try {
    const report = await serve(options, {
      signal: io.signal,
      world: io,
      onListening: ports => {
        if (options.command.length === 0 && !raw.quiet)
          io.stderr.write(`churn: serving on ${options.host}, port ${ports.join(', ')}\n`);
      },
      onProgress: progress.update,
      tool: { name: 'churn', version: VERSION, command: io.argv.map(escapeText) },
      environment: { node: io.nodeVersion, cpus: io.cpus },
    });
    progress.clear();
    const isDelivered = await deliver(io, deliveries, report, raw.color, raw.verbose);
    return exitCode(report, options.policy.strict, io.signal.reason, isDelivered);
  } catch (error) {
    progress.clear();
    const files = deliveries.filter(({ file }) => file !== undefined);
    if (error instanceof ChurnError) await deliver(io, files, errorReport(io, error), raw.color);
    throw error;
  } finally {
    progress.clear();
  }
}
