import { ChurnError } from '../errors.js';
import type { Options } from '../options/run.js';
import type { Report } from '../report/report.js';
import { attach } from '../target/attach.js';
import { farTarget, isFar } from '../target/elsewhere.js';
import { run, runOn } from './run.js';
import type { RunContext } from './run-trial.js';

/**
 * The story of a run against a server that may live elsewhere. One that can be looked into is judged as ever; any other
 * by what it says of itself.
 *
 * @throws ChurnError when it says nothing: without a gauge there is no verdict.
 */
export async function runRemote(options: Options, context: RunContext): Promise<Report> {
  const reason = await whyFar(options);
  if (!reason) return run(options, context);
  const target = await farTarget(options);
  if (options.gauges.length === 0) throw nothingToJudgeBy(reason);
  return runOn(target, options, context);
}

/** Why the server cannot be looked into; undefined: it can. */
async function whyFar(options: Options): Promise<Error | undefined> {
  try {
    await attach(options);
    return undefined;
  } catch (error) {
    if (isFar(error)) return error as Error;
    throw error;
  }
}

function nothingToJudgeBy({ message }: Error): ChurnError {
  return new ChurnError(
    'gauge',
    `${message} So there has to be something else to judge it by.`,
    'Name numbers that the server itself exposes: --gauge http://HOST:PORT/metrics takes process_open_fds and others that are usual.',
  );
}
