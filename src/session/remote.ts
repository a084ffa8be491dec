import { ChurnError } from '../errors.js';
import { FarTrial } from '../gather/far/far-trial.js';
import { Gauging } from '../gather/gauging.js';
import { requireRoom } from '../gather/room.js';
import type { Options } from '../options/run.js';
import { readHostFacts } from '../proc/host.js';
import { assembleReport } from '../report/assemble.js';
import { escapeText } from '../report/escape.js';
import type { Report } from '../report/report.js';
import { attach } from '../target/attach.js';
import { farEndpoint, isFar } from '../target/elsewhere.js';
import { formatEndpoint } from '../target/target.js';
import { nextConfirmingRound } from '../verdict/confirmation.js';
import { judge } from '../verdict/judge.js';
import { ownTrouble } from '../verdict/own-trouble.js';
import { run } from './run.js';
import { type RunContext, timingsOf } from './run-trial.js';

/**
 * The story of a run against a server that may live elsewhere. One that can be looked into is judged as ever; any other
 * by what it says of itself.
 *
 * @throws ChurnError when it says nothing: without a gauge there is no verdict.
 */
export async function runRemote(options: Options, context: RunContext): Promise<Report> {
  const reason = await whyFar(options);
  if (!reason) return run(options, context);
  const endpoint = await farEndpoint(options);
  if (options.gauges.length === 0) throw nothingToJudgeBy(reason);
  requireRoom(options);
  const gauging = await Gauging.open(options, context.signal);
  const isMixed = options.clients.length > 1;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const trial = await FarTrial.open(endpoint, options, seed, gauging, context);
  try {
    await trial.makeCycles();
    await trial.settle();
    await trial.confirm(nextConfirmingRound);
    const evidence = trial.evidence();
    const verdict = judge(evidence, options.policy);
    const trouble = verdict.verdict === 'fail' ? undefined : ownTrouble(evidence);
    if (trouble) throw trouble;
    trial.timeline.finish();
    const { phases } = trial.timeline;
    const address = escapeText(formatEndpoint(endpoint));
    return assembleReport(evidence, verdict, {
      tool: context.tool,
      environment: { kernel: readHostFacts().kernel, ...context.environment },
      target: {
        ...{ address, pids: [], command: [], listeners: [address], processes: [], alive: true },
        limits: { openFiles: undefined, processes: undefined },
      },
      // Nothing of the server was sampled: there is nothing to draw.
      series: [],
      phases: phases.map(span => ({ ...span })),
      timings: timingsOf(context.timings, phases),
      requested: options.durationMs === undefined ? options.cycles : evidence.cycles.requested,
      latency: trial.latency(),
      seed: isMixed ? seed : undefined,
      clients: options.clients,
      notes: [],
    });
  } finally {
    trial.close();
  }
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
