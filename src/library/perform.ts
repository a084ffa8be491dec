import { ChurnError } from '../errors.js';
import type { RunContext } from '../examine.js';
import type { Progress } from '../gather/timeline.js';
import { inspect } from '../inspect.js';
import { parseAddress, parseOptions } from '../options.js';
import { requireProc } from '../proc/host.js';
import type { Report } from '../report/report.js';
import { renderText } from '../report/text.js';
import { run } from '../run.js';
import type { World } from '../run-started.js';
import { nextRoundInHaste } from '../verdict/rows.js';
import { VERSION } from '../version.js';
import { parseWatchOptions } from '../watch-options.js';
import { asArguments } from './as-arguments.js';
import type { Answer, Task } from './conversation.js';

/** What the child does, and what came of it; an expected failure is an answer too. */
export async function perform(
  task: Task,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
  environment: RunContext['environment'],
  world: World,
): Promise<Answer> {
  try {
    requireProc();
    if (task.do === 'inspect') return { inspection: await inspect(parseAddress(task.raw)) };
    const report = await storyOf(task, world, {
      signal,
      onProgress: task.follows ? onProgress : () => undefined,
      tool: { name: 'churn', version: VERSION, command: asArguments(task.do, task.raw) },
      environment,
      timings: {},
      ...(task.inHaste ? { next: nextRoundInHaste } : {}),
    });
    return { report, text: renderText(report, { colorLevel: 0, columns: 100 }) };
  } catch (error) {
    if (!(error instanceof ChurnError)) throw error;
    return { refusal: { code: error.code, sentence: error.message, hint: error.hint } };
  }
}

async function storyOf(task: Task, world: World, context: RunContext): Promise<Report> {
  if (task.do === 'watch') {
    const { watch } = await import('../watch.js');
    return watch(parseWatchOptions(task.raw), { ...context, world, isQuiet: true });
  }
  const options = parseOptions(task.raw);
  if (options.start)
    return (await import('../run-started.js')).runStarted(options, options.start, context, world);
  if (options.allowRemote) return (await import('../remote.js')).runRemote(options, context);
  if (options.thorough) return (await import('../thorough.js')).runThorough(options, context);
  return run(options, context);
}
