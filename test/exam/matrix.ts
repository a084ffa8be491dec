import { KINDS } from '../../src/verdict/kinds.js';
import { describeFault } from './case.js';
import { cellsOf, type Marked } from './mark.js';

/** One line: model, fault, client, expected → given, seconds. */
export function drawLine(marked: Marked): string {
  const { question, seconds } = marked;
  const { kinds = [], warns = [], verdict } = question;
  const expected = [verdict, ...kinds, ...warns.map(kind => `(${kind})`)].join(' ');
  const what = `${question.server.padEnd(24)} ${describeFault(question).padEnd(28)} ${(question.thorough ? 'all' : question.client).padEnd(4)}`;
  if (marked.skipped !== undefined) return `${what} skipped: ${marked.skipped} is not installed`;
  const { answer, mark } = marked;
  const given = [answer.verdict, ...answer.fails, ...answer.warns.map(kind => `(${kind})`)].join(' ');
  const line = `${what} ${expected.padEnd(14)} → ${given.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s`;
  return mark === 'right' ? line : `${line}  ✖ ${mark}\n    ${answer.summary}`;
}

/** Kinds that were expected, downwards, against kinds that were given; what is right stands on the diagonal. */
export function drawMatrix(all: readonly Marked[]): string {
  const counts = new Map<string, number>();
  const rows = new Set<string>();
  const columns = new Set<string>();
  for (const marked of all) {
    if (marked.skipped !== undefined) continue;
    for (const [expected, given] of cellsOf(marked.question, marked.answer)) {
      counts.set(`${expected}\t${given}`, (counts.get(`${expected}\t${given}`) ?? 0) + 1);
      rows.add(expected);
      columns.add(given);
    }
  }
  const order = ['pass', ...KINDS];
  const sorted = (names: Set<string>) => [
    ...order.filter(name => names.has(name)),
    ...[...names].filter(name => !order.includes(name)),
  ];
  const heads = sorted(columns);
  const cell = (word: string) => word.padStart(10);
  const lines = sorted(rows).map(
    row => row.padEnd(12) + heads.map(head => cell(String(counts.get(`${row}\t${head}`) ?? '·'))).join(''),
  );
  return ['expected'.padEnd(12) + heads.map(cell).join(''), ...lines].join('\n');
}

/** How many of each mark, in one line. */
export function drawSum(all: readonly Marked[]): string {
  const of = (name: string) => all.filter(one => one.skipped === undefined && one.mark === name).length;
  const skipped = all.filter(one => one.skipped !== undefined).length;
  const asked = all.length - skipped;
  return [
    `${asked} cases, ${of('right')} right`,
    `${of('false alarm')} false alarms`,
    `${of('missed')} leaks missed`,
    `${of('wrong kind')} of a wrong kind`,
    `${of('wrong words')} in wrong words`,
    `${of('wrong')} without a verdict`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}
