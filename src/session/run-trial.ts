import type { HowItEnded } from '../exit-words.js';
import type { Gauging } from '../gather/gauging.js';
import type { Progress } from '../gather/timeline.js';
import { Trial } from '../gather/trial.js';
import type { Measured } from '../not-measured.js';
import type { Options } from '../options/run.js';
import { readHostFacts } from '../proc/host.js';
import { assembleReport } from '../report/assemble.js';
import { escapeText } from '../report/escape.js';
import type { Report, ReportedTarget } from '../report/report.js';
import { formatEndpoint, type Target } from '../target/target.js';
import { cyclesToTellApart } from '../verdict/apart.js';
import type { NextRound } from '../verdict/confirmation.js';
import type { Evidence } from '../verdict/evidence.js';
import type { Verdict } from '../verdict/judge.js';

/** What a run needs from whoever starts it. */
export interface RunContext {
  /** Ends the run early; what was measured so far is still reported. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** How a process has ended that was started for this run. */
  readonly endingOf?: ((pid: number) => HowItEnded | undefined) | undefined;
  readonly tool: Report['tool'];
  readonly environment: Omit<Report['environment'], 'kernel'>;
  /** Milliseconds that had passed before the run began, by name, for `timings`. */
  readonly timings: Report['timings'];
  /** Asked when a judged connection stands: what it returns delays what the client does. */
  readonly onJudged?: (() => Promise<unknown> | undefined) | undefined;
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

/**
 * The story of one trial of a server that was found: look at it, open and close connections in rounds, let it settle,
 * make more rounds where growth has to recur, judge, and tell.
 */
export async function runTrial(
  target: Target,
  options: Options,
  { next, judge }: Judge,
  context: RunContext,
): Promise<TrialResult> {
  const isMixed = options.clients.length > 1;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const gauging = await gaugingOf(options, context.signal);
  const afterRound = gauging && ((connections: number) => gauging.readBytes(connections));
  const trial = await Trial.open(target, options, seed, { ...context, afterRound });
  try {
    trial.begin();
    await trial.warmUp();
    await gauging?.read('warm-up', options.warmup);
    await trial.holdClients();
    await trial.makeRounds();
    await trial.settle();
    await trial.confirm(gauging ? gaugedFirst(gauging, next) : next);
    if (isMixed) await trial.tellApart(cyclesToTellApart);
    const seen = await trial.evidence();
    await gauging?.rest(seen.connections);
    const evidence = { ...seen, gauges: gauging?.series() };
    const verdict = judge(evidence);
    trial.timeline.finish();
    const { phases } = trial.timeline;
    const report = assembleReport(evidence, verdict, {
      tool: context.tool,
      environment: { kernel: readHostFacts().kernel, ...context.environment },
      target: reportTarget(target, evidence, trial.isServerAlive),
      series: trial.timeline.points(),
      phases: phases.map(span => ({ ...span })),
      timings: timingsOf(context.timings, phases),
      forMs: options.durationMs,
      requested: options.durationMs === undefined ? options.cycles : evidence.cycles.requested,
      latency: trial.latency(),
      program: target.program,
      seed: isMixed ? seed : undefined,
      clients: options.clients,
      notes: target.notes,
    });
    return { evidence, verdict, report };
  } finally {
    trial.close();
  }
}

/** Most runs have no gauges, and load nothing for them. */
async function gaugingOf(options: Options, signal: AbortSignal): Promise<Gauging | undefined> {
  if (options.gauges.length === 0) return undefined;
  const { Gauging } = await import('../gather/gauging.js');
  return Gauging.open(options, signal);
}

/** The judge is asked with the gauges as they are after the round before. */
function gaugedFirst(gauging: Gauging, next: NextRound): NextRound {
  return async evidence => {
    await gauging.rest(evidence.connections);
    return next({ ...evidence, gauges: gauging.series() });
  };
}

/** Who was under test, in words that are harmless. */
export function reportTarget(target: Target, { before }: Evidence, alive: boolean): Measured<ReportedTarget> {
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
    checker: target.checker,
  };
}

/** Where the wall time went, in milliseconds. */
export function timingsOf(
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
