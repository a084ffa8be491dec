import { LoadTraffic } from '../gather/watching/load.js';
import type { WatchOptions } from '../options/watch.js';
import { primeRss } from '../proc/usage.js';
import type { Report } from '../report/report.js';
import type { World } from '../started/world.js';
import { attachWhenReady } from '../target/await.js';
import { nextConfirmingRound } from '../verdict/confirmation.js';
import type { Evidence } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';
import { conductTrial, gaugingOf, type RunContext } from './run-trial.js';

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
  const gauging = await gaugingOf(options, context.signal);
  const traffic = await LoadTraffic.open(target, options, context);
  const judgeIt = {
    next: nextConfirmingRound,
    judge: (seen: Evidence) => judge(seen, options.policy),
  };
  const { report } = await conductTrial(traffic, gauging, target, judgeIt, context);
  return report;
}
