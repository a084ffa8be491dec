import type { Gauging } from '../gather/gauging.js';
import { OwnCyclesTraffic } from '../gather/own-cycles.js';
import type { RunHooks } from '../gather/timeline.js';
import { type Traffic, Trial } from '../gather/trial.js';
import type { Measured } from '../not-measured.js';
import type { Options } from '../options/run.js';
import { readHostFacts } from '../proc/host.js';
import { assembleReport, type Circumstances } from '../report/assemble.js';
import { escapeText } from '../report/escape.js';
import type { Report, ReportedTarget } from '../report/report.js';
import { formatEndpoint, type Target } from '../target/target.js';
import type { NextRound } from '../verdict/confirmation.js';
import type { Evidence } from '../verdict/evidence.js';
import type { Verdict } from '../verdict/judge.js';

/** What a run needs from whoever starts it. */
export interface RunContext extends RunHooks {
  readonly tool: Report['tool'];
  readonly environment: Omit<Report['environment'], 'kernel'>;
  /** Milliseconds that had passed before the run began, by name, for `timings`. */
  readonly timings: Report['timings'];
  /** Which rounds are made to make sure; all that there is time for, if nothing is said. */
  readonly next?: Judge['next'];
}

/** How the evidence of one trial is asked for and judged. */
interface Judge {
  readonly next: NextRound;
  readonly judge: (evidence: Evidence) => Verdict;
}

/** One trial: what was seen, what it means, and the words for it. */
export interface TrialResult {
  readonly evidence: Evidence;
  readonly verdict: Verdict;
  readonly report: Report;
}

/** What a report says of the clients, and may advise, where they were ours. */
type Clients = Pick<Circumstances, 'clients' | 'asked' | 'seed' | 'where'> & {
  readonly requested?: number | undefined;
  readonly forMs?: number | undefined;
};

/** One trial with cycles of our own, of a server that was found; from afar where it cannot be looked into. */
export async function runTrial(
  target: Target,
  options: Options,
  judge: Judge,
  context: RunContext,
): Promise<TrialResult> {
  const { clients, cycles, durationMs } = options;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const gauging = await gaugingOf(options, context.signal);
  const isFar = target.roots.length === 0;
  const traffic = isFar
    ? await (await import('../gather/far-cycles.js')).FarCyclesTraffic.open(target, options, seed, context)
    : await OwnCyclesTraffic.open(target, options, seed, context);
  return conductTrial(traffic, gauging, target, judge, context, {
    ...{ clients, asked: options.asked, where: options.where },
    requested: durationMs === undefined ? cycles : undefined,
    forMs: durationMs,
    seed: clients.length > 1 ? seed : undefined,
  });
}

/**
 * The story of one trial, wherever its connections come from: look at the server while they are made, let it settle, make
 * more of them where growth has to recur, judge, and tell.
 */
export async function conductTrial(
  traffic: Traffic,
  gauging: Gauging | undefined,
  target: Target,
  { next, judge }: Judge,
  context: RunContext,
  { requested, forMs, ...clients }: Clients = {},
): Promise<TrialResult> {
  const trial = new Trial(traffic, gauging, context.onProgress);
  try {
    await trial.make();
    await trial.confirm(next);
    const evidence = await trial.evidence();
    const verdict = judge(evidence);
    trial.timeline.finish();
    const { phases } = trial.timeline;
    const report = assembleReport(evidence, verdict, {
      tool: context.tool,
      environment: { kernel: readHostFacts().kernel, ...context.environment },
      target: reportTarget(target, evidence, traffic.isServerAlive),
      // Nothing of a server out of sight was sampled: there is nothing to draw.
      series: evidence.far ? [] : trial.timeline.points(),
      phases: phases.map(span => ({ ...span })),
      timings: timingsOf(context.timings, phases),
      forMs,
      requested: requested ?? evidence.cycles.requested,
      latency: traffic.latency?.(),
      program: target.program,
      ...clients,
      notes: target.notes,
    });
    return { evidence, verdict, report };
  } finally {
    await trial.close();
  }
}

/** Most runs have no gauges, and load nothing for them. @throws ChurnError `gauge` when one of them cannot be read. */
export async function gaugingOf(
  options: Pick<Options, 'gauges' | 'timeoutMs' | 'settleMs' | 'budgetMs'>,
  signal: AbortSignal,
): Promise<Gauging | undefined> {
  if (options.gauges.length === 0) return undefined;
  const { Gauging } = await import('../gather/gauging.js');
  return Gauging.open(options, signal);
}

/** Who was under test, in words that are harmless. */
function reportTarget(
  target: Target,
  { before, changes }: Evidence,
  alive: boolean,
): Measured<ReportedTarget> {
  return {
    address: escapeText(formatEndpoint(target.endpoint)),
    pids: target.roots.map(({ pid }) => pid),
    command: target.command.map(escapeText),
    listeners: target.listeners.map(listener =>
      escapeText(
        listener.transport === 'unix'
          ? listener.path
          : formatEndpoint({ ...listener, host: listener.address }),
      ),
    ),
    limits: target.limits,
    processes: before.processes.map(({ pid, comm, fds, threads }) => ({
      pid,
      comm: escapeText(comm),
      fds: fds.length,
      threads,
    })),
    alive,
    ...(changes?.includes('program') && { executed: true }),
    checker: target.checker,
  };
}

/** Where the wall time went, in milliseconds. */
function timingsOf(
  earlier: Report['timings'],
  phases: ReadonlyArray<{ readonly phase: string; readonly durationMs: number }>,
): Report['timings'] {
  const timings: Record<string, number> = { ...earlier };
  for (const { phase, durationMs } of phases) {
    const name = `${phase.replace('-', '')}Ms`;
    timings[name] = (timings[name] ?? 0) + durationMs;
  }
  return Object.fromEntries(Object.entries(timings).map(([name, ms]) => [name, Math.round(ms * 10) / 10]));
}
