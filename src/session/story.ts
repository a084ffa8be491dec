import { requireRoom } from '../gather/hold.js';
import type { Options } from '../options/run.js';
import type { Report } from '../report/report.js';
import { run } from './run.js';
import type { World } from './run-started.js';
import type { RunContext } from './run-trial.js';

/**
 * The story that the options of a run ask for, the same for the command line and for programs. Most runs are plain ones,
 * and load no more than they need.
 */
export async function storyOf(options: Options, context: RunContext, world: World): Promise<Report> {
  requireRoom(options);
  const { start, thorough, allowRemote } = options;
  if (allowRemote) return (await import('./remote.js')).runRemote(options, context);
  if (start) return (await import('./run-started.js')).runStarted(options, start, context, world);
  if (thorough) return (await import('./thorough.js')).runThorough(options, context);
  return run(options, context);
}
