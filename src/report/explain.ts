import { ALL_KINDS, type AnyKind } from '../verdict/kinds.js';
import { explanationOf } from './kinds/registry.js';
import { inUnit, type Sketch, type Step } from './kinds/words.js';
import { wrap } from './wrap.js';

/** What `churn explain KIND` prints. Text is wrapped; commands and code are not, because they are copied. */
export function drawExplanation(kind: AnyKind, columns: number): string {
  const { summary, what, cause, advice, byHand, causes, sketches, next } = explanationOf(kind);
  const lines = [
    ...wrap(`${kind}: ${summary}`, columns, kind.length + 2),
    ...heading('What it is'),
    ...what.flatMap((text, index) => [...(index > 0 ? [''] : []), ...wrap(`  ${text}`, columns, 2)]),
    ...heading('What the report says'),
    ...wrap(`  ${inUnit(cause, 'cycle')}`, columns, 2),
    ...wrap(`  ${inUnit(advice, 'cycle')}`, columns, 2),
    ...heading('By hand, with its PORT and PID'),
    ...byHand.flatMap(step => stepLines(step, columns)),
    ...heading('Usual causes'),
    ...causes.flatMap(text => wrap(`  • ${text}`, columns, 4)),
    ...sketches.flatMap(sketch => sketchLines(sketch, columns)),
    ...heading('Next'),
    ...next.flatMap(step => stepLines(step, columns)),
  ];
  return `${lines.join('\n')}\n`;
}

/** What `churn explain` prints: every kind with one line. */
export function drawKinds(columns: number): string {
  const width = Math.max(...ALL_KINDS.map(kind => kind.length)) + 2;
  const lines = [
    'churn explain KIND tells how to see it by hand, what causes it, and how the code looks before and after.',
    '',
    ...ALL_KINDS.map(kind => `  ${kind.padEnd(width)}${explanationOf(kind).summary}`),
  ];
  return `${lines.flatMap(line => wrap(line, columns, line.startsWith(' ') ? width + 2 : 0)).join('\n')}\n`;
}

function heading(text: string): string[] {
  return ['', text, ''];
}

function stepLines([run, shows]: Step, columns: number): string[] {
  return [`  $ ${run}`, ...wrap(`      ${shows}`, columns, 6)];
}

function sketchLines({ language, wrong, before, after }: Sketch, columns: number): string[] {
  return [
    '',
    ...wrap(`${language}: ${wrong}`, columns, language.length + 2),
    '',
    ...codeLines('before', before),
    '',
    ...codeLines('after', after),
  ];
}

/** "before │ code": a name in the margin of the first line, and a rule along all of them. */
function codeLines(name: string, code: string): string[] {
  return code
    .trim()
    .split('\n')
    .map((line, index) => `  ${(index === 0 ? name : '').padEnd(6)} │ ${line}`.trimEnd());
}
