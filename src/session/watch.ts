import { Gauging } from '../gather/gauging.js';
import { Watching } from '../gather/watching/watching.js';
import type { WatchOptions } from '../options/watch.js';
import { readHostFacts } from '../proc/host.js';
import { primeRss } from '../proc/usage.js';
import { assembleReport } from '../report/assemble.js';
import type { Report } from '../report/report.js';
import type { World } from '../started/world.js';
import { attachWhenReady } from '../target/await.js';
import { judge } from '../verdict/judge.js';
import { type RunContext, reportTarget, timingsOf } from './run-trial.js';

/** What watching needs from whoever starts it. */
interface WatchContext extends RunContext {
  readonly world: World;
  /** What the load prints is not shown. */
  readonly isQuiet: boolean;
}

/**
 * The story of watching: find the server, look at it while any program loads it, let it settle, make the load again where
 * growth has to recur, judge, and tell.
 *
 * @throws ChurnError when the server cannot be looked at, or the load cannot be started.
 */
export async function watch(options: WatchOptions, context: WatchContext): Promise<Report> {
  primeRss();
  const target = await attachWhenReady(options, context.signal);
  const gauging = options.gauges.length > 0 ? await Gauging.open(options, context.signal) : undefined;
  const watching = await Watching.open(target, options, gauging, context);
  try {
    await watching.watch();
    await watching.settle();
    await watching.confirm();
    const evidence = await watching.evidence();
    const verdict = judge(evidence, options.policy);
    watching.timeline.finish();
    const { phases } = watching.timeline;
    return assembleReport(evidence, verdict, {
      tool: context.tool,
      environment: { kernel: readHostFacts().kernel, ...context.environment },
      target: reportTarget(target, evidence, watching.isServerAlive),
      series: watching.timeline.points(),
      phases: phases.map(span => ({ ...span })),
      timings: timingsOf(context.timings, phases),
      requested: evidence.cycles.completed,
      program: target.program,
      notes: target.notes,
    });
  } finally {
    await watching.close();
  }
}
