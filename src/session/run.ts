import type { OpenHeap } from '../gather/live-heap.js';
import type { Options } from '../options/run.js';
import { primeRss } from '../proc/usage.js';
import type { Report } from '../report/report.js';
import { attachWhenReady } from '../target/await.js';
import type { Target } from '../target/target.js';
import { nextConfirmingRound } from '../verdict/confirmation.js';
import { judge } from '../verdict/judge.js';
import { ownTrouble } from '../verdict/own-trouble.js';
import { type RunContext, runTrial } from './run-trial.js';

/**
 * The story of a run: find the server, try it out, and tell what came of it, unless this machine stood in the way.
 *
 * @throws ChurnError when the server cannot be tested. A server at fault is a report, not an error.
 */
export async function run(options: Options, context: RunContext): Promise<Report> {
  const startedAtMs = performance.now();
  primeRss();
  const target = await attachWhenReady(options, context.signal);
  const timings = { ...context.timings, discoveryMs: performance.now() - startedAtMs };
  return runOn(target, options, { ...context, timings });
}

/** The same for a server that was found, or whose address is all that is known of it. */
export async function runOn(target: Target, options: Options, context: RunContext): Promise<Report> {
  const { evidence, verdict, report } = await runTrial(
    target,
    options,
    { next: context.next ?? nextConfirmingRound, judge: seen => judge(seen, options.policy) },
    options.where && target.runtime === 'v8' ? { ...context, openHeap: heapOf(target) } : context,
  );
  if (options.where && verdict.verdict === 'fail') {
    const { withWhere } = await import('./with-where.js');
    return withWhere(report, verdict, target, options, context.signal);
  }
  const trouble = verdict.verdict === 'fail' ? undefined : ownTrouble(evidence);
  if (trouble) throw trouble;
  return report;
}

/** Loaded, and asked, when memory is in doubt and not before. */
function heapOf(target: Target): OpenHeap {
  return async () => (await import('../where/node/live-heap.js')).openLiveHeap(target);
}
