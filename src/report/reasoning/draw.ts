import { breakProof } from '../escape.js';
import type { Report } from '../report.js';
import { wrap } from '../wrap.js';
import { type Step, stepsOf } from './steps.js';

/** `--verbose`: why the verdict is what it is, step by step. Empty where nothing was judged. */
export function drawReasoning(report: Report, columns: number): string {
  const parts: ReadonlyArray<readonly [title: string, steps: readonly Step[]]> = report.runs
    ? report.runs.map(run => [`Why, of ${run.client}`, stepsOf(run)] as const)
    : [['Why', stepsOf(report)]];
  return parts
    .filter(([, steps]) => steps.length > 0)
    .map(([title, steps]) => `\n${[title, ...steps.flatMap(step => stepLines(step, columns))].join('\n')}\n`)
    .map(breakProof)
    .join('');
}

function stepLines([name, sentences]: Step, columns: number): string[] {
  return sentences.flatMap((sentence, index) =>
    wrap(`  ${(index === 0 ? name : '').padEnd(MARGIN - 2)}${sentence}`, columns, MARGIN),
  );
}

const MARGIN = 13;
