import { ChurnError } from '../errors.js';
import type { Progress } from '../gather/timeline.js';
import { withWorkers } from '../options/load.js';
import { optionOf } from '../options/option.js';
import { parseAddress, parseOptions, type RawOptions } from '../options/run.js';
import { parseWatchOptions } from '../options/watch.js';
import { requireProc } from '../proc/host.js';
import { escapeText } from '../report/escape.js';
import type { Report } from '../report/report.js';
import { renderText } from '../report/text.js';
import { inspect } from '../session/inspect.js';
import type { World } from '../session/run-started.js';
import type { RunContext } from '../session/run-trial.js';
import { storyOf } from '../session/story.js';
import { nextRoundInHaste } from '../verdict/rows.js';
import { VERSION } from '../version.js';
import type { Answer, Task } from './options.js';

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
    const report = await reportOf(task, world, {
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

async function reportOf(task: Task, world: World, context: RunContext): Promise<Report> {
  if (task.do === 'watch') {
    const { watch } = await import('../session/watch.js');
    return watch(parseWatchOptions(task.raw), { ...context, world, isQuiet: true });
  }
  return storyOf(parseOptions(withWorkers(task.raw, context.environment.cpus)), context, world);
}

/** The command line that would make the same run, so that a report says how to. */
function asArguments(story: Task['do'], { command, ...raw }: RawOptions): string[] {
  const options = Object.entries(raw).flatMap(([name, value]) => {
    const option = optionOf(name);
    if (name === 'confirm') return value === false ? ['--no-confirm'] : ['--confirm'];
    if (typeof value === 'boolean') return value ? [option] : [];
    // The text of a file is not its name.
    if (FILES.has(name)) return [option, FILES.get(name) ?? ''];
    return [value].flat().flatMap(one => [option, String(one)]);
  });
  return [
    ...(story === 'run' ? [] : [story]),
    ...options,
    ...(command === undefined ? [] : ['--', ...command]),
  ].map(escapeText);
}

const FILES: ReadonlyMap<string, string> = new Map([
  ['ca', 'ca.pem'],
  ['cert', 'cert.pem'],
  ['key', 'key.pem'],
  ['routes', 'routes.txt'],
]);
