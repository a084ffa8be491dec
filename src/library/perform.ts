import { ChurnError } from '../errors.js';
import type { RunContext } from '../examine.js';
import type { Progress } from '../gather/timeline.js';
import { inspect } from '../inspect.js';
import { parseAddress, parseOptions } from '../options.js';
import { requireProc } from '../proc/host.js';
import { renderText } from '../report/text.js';
import { run } from '../run.js';
import { nextRoundInHaste } from '../verdict/rows.js';
import { VERSION } from '../version.js';
import { asArguments } from './as-arguments.js';
import type { Answer, Task } from './conversation.js';

/** What the child does, and what came of it; an expected failure is an answer too. */
export async function perform(
  task: Task,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
  environment: RunContext['environment'],
): Promise<Answer> {
  try {
    requireProc();
    if (task.do === 'inspect') return { inspection: await inspect(parseAddress(task.raw)) };
    const options = parseOptions(task.raw);
    const tell = options.thorough ? (await import('../thorough.js')).runThorough : run;
    const report = await tell(options, {
      signal,
      onProgress: task.follows ? onProgress : () => undefined,
      tool: { name: 'churn', version: VERSION, command: asArguments(task.raw) },
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
