import { type Case, describeFault } from './case.js';
import type { Marked } from './mark.js';

/** What was answered to one question, each time that it was asked. */
export type Given = Extract<Marked, { readonly mark: unknown }>;

/** The answers to one question: on a machine that had nothing else to do, and beside busy loops. */
export interface Asked {
  readonly question: Case;
  readonly idle: readonly Given[];
  readonly busy: readonly Given[];
}

/** What an answer, or how one goes with another, must never be. */
export type Breach = 'PASS for FAIL' | 'FAIL for PASS' | 'wavers' | 'wrong each time';

const BREACHES: readonly Breach[] = ['PASS for FAIL', 'FAIL for PASS', 'wavers', 'wrong each time'];

/** Every way in which these answers break the rule: the same verdict and kinds each time, or undecided when it is busy. */
export function breachesOf({ idle, busy }: Asked): Breach[] {
  const all = [...idle, ...busy];
  const sameAs = idle[0] ?? busy.find(({ answer }) => answer.verdict !== 'undecided');
  const isSame = (one: Given) => sameAs === undefined || essence(one) === essence(sameAs);
  const isSteady = idle.every(isSame) && busy.every(one => one.answer.verdict === 'undecided' || isSame(one));
  const accused = all.some(isAccused);
  const passed = all.some(({ question, answer }) => question.verdict === 'fail' && answer.verdict === 'pass');
  const broken: Readonly<Record<Breach, boolean>> = {
    'PASS for FAIL': passed,
    'FAIL for PASS': accused,
    wavers: !isSteady,
    'wrong each time': isSteady && !passed && !accused && sameAs !== undefined && sameAs.mark !== 'right',
  };
  return BREACHES.filter(breach => broken[breach]);
}

/** A row of a thorough run that failed without a reason is an accusation, though the run as a whole had to fail. */
function isAccused({ question, answer, mark }: Given): boolean {
  return (
    mark === 'false alarm' || (question.verdict !== 'fail' && answer.verdict === 'fail' && mark !== 'right')
  );
}

/** Right answers are the same answer: what the tables leave to chance is the server's wavering. A further warning is not. */
function essence({ question, answer, mark }: Given): string {
  const { warns = [], allowed = [] } = question;
  const further = answer.warns.filter(kind => !warns.includes(kind) && !allowed.includes(kind)).sort();
  if (mark === 'right') return JSON.stringify(['right', further]);
  return JSON.stringify([answer.verdict, [...answer.fails].sort(), further, answer.failedClients ?? []]);
}

const HEAD = ['case', 'expected', 'idle', 'busy'] as const;
const WIDTHS = [60, 18, 30, 30] as const;

/** The head of the table. */
export function drawHead(): string {
  return drawColumns(HEAD);
}

/** A row of the table, and below it each answer that was not right, in the words of the report. */
export function drawRow(asked: Asked): string {
  const { question, idle, busy } = asked;
  const { kinds = [], warns = [], verdict, thorough, client } = question;
  const server = `${question.server} ${describeFault(question)} ${thorough ? 'all' : client}`;
  const what = [server, ...(question.churn ?? [])].join(' ');
  const expected = inWords({ verdict, fails: kinds, warns });
  const row = drawColumns([what, expected, countAnswers(idle), countAnswers(busy)]);
  const breaches = breachesOf(asked);
  const wrong = [...idle.map(one => ['idle', one] as const), ...busy.map(one => ['busy', one] as const)]
    .filter(([, { mark }]) => mark !== 'right')
    .map(([when, { answer }]) => `    ${when}: ${inWords(answer)}: ${answer.summary}`);
  return [breaches.length > 0 ? `${row}  ✖ ${breaches.join(', ')}` : row, ...new Set(wrong)].join('\n');
}

/** The last line: in how many cases the rule was broken, and how often busyness cost an answer. */
export function drawSteadiness(all: readonly Asked[]): string {
  const broken = all.map(breachesOf);
  const answers = all.reduce((sum, { idle, busy }) => sum + idle.length + busy.length, 0);
  const undecided = all.reduce(
    (sum, { question, busy }) =>
      sum +
      busy.filter(({ answer }) => answer.verdict === 'undecided' && answer.verdict !== question.verdict)
        .length,
    0,
  );
  const counts = BREACHES.map(breach => `${broken.filter(some => some.includes(breach)).length} ${breach}`);
  return [
    `${all.length} cases, ${answers} answers`,
    ...counts,
    `${undecided} answers undecided when busy`,
  ].join(', ');
}

/** How often each answer was given, the most frequent first. */
function countAnswers(given: readonly Given[]): string {
  const counts = new Map<string, number>();
  for (const { answer } of given) counts.set(inWords(answer), (counts.get(inWords(answer)) ?? 0) + 1);
  return (
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([words, count]) => `${count} ${words}`)
      .join(', ') || '-'
  );
}

function inWords({
  verdict,
  fails,
  warns,
}: {
  readonly verdict: string;
  readonly fails: readonly string[];
  readonly warns: readonly string[];
}): string {
  return [verdict, ...[...fails].sort(), ...[...warns].sort().map(kind => `(${kind})`)].join(' ');
}

function drawColumns(cells: readonly string[]): string {
  return cells
    .map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0))
    .join(' ')
    .trimEnd();
}
