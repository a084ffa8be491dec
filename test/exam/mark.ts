import type { Kind } from '../../src/verdict/finding.js';
import type { Case } from './case.js';

/** What churn said: its verdict, or that it did not come to one in time or at all. */
export interface Answer {
  readonly verdict: 'pass' | 'fail' | 'undecided' | 'error' | 'late' | 'broken';
  readonly fails: readonly Kind[];
  readonly warns: readonly Kind[];
  readonly summary: string;
  /** All that the report says in words, a line each. */
  readonly words?: string;
  /** Clients that failed, in a thorough run. */
  readonly failedClients?: readonly string[];
}

export type Mark = 'right' | 'false alarm' | 'missed' | 'wrong kind' | 'wrong words' | 'wrong';

export type Marked = { readonly question: Case; readonly seconds: number } & (
  | { readonly answer: Answer; readonly mark: Mark; readonly skipped?: undefined }
  | { readonly skipped: string }
);

/** Only the whole answer is right: the verdict, every kind that must be found, none beside those that may be, and the words. */
export function mark(question: Case, answer: Answer): Mark {
  const { mayFail = [] } = question;
  if (mayFail.length > 0 && answer.verdict === 'fail' && answer.fails.every(kind => mayFail.includes(kind)))
    return 'right';
  if (question.mayDoubt && answer.verdict === 'undecided' && answer.fails.length === 0) return 'right';
  if (question.verdict === 'pass' && answer.verdict === 'fail') return 'false alarm';
  if (question.verdict === 'fail' && (answer.verdict === 'pass' || answer.verdict === 'undecided'))
    return 'missed';
  if (question.verdict !== answer.verdict) return 'wrong';
  const { kinds = [], allowed = [], warns = [] } = question;
  const isComplete =
    kinds.every(kind => answer.fails.includes(kind)) && warns.every(kind => answer.warns.includes(kind));
  const isExact = answer.fails.every(kind => kinds.includes(kind) || allowed.includes(kind));
  if (!isComplete || !isExact) return 'wrong kind';
  if (question.says && !question.says.test(answer.words ?? '')) return 'wrong words';
  return question.thorough ? markRows(question.thorough, answer.failedClients ?? []) : 'right';
}

/** The right rows, and only those. What shows with `fin` shows beside a silent client too. */
function markRows({ fails, may = [] }: NonNullable<Case['thorough']>, failed: readonly string[]): Mark {
  if (!fails.every(name => failed.includes(name))) return 'missed';
  const told: readonly string[] = [...fails, ...may];
  const allowed = told.includes('fin') ? [...told, 'silent'] : told;
  return failed.every(name => allowed.includes(name)) ? 'right' : 'false alarm';
}

/** Cells of the matrix that an answer counts in: what was expected, and what was given for it. */
export function cellsOf(question: Case, answer: Answer): ReadonlyArray<readonly [string, string]> {
  const { kinds = [], allowed = [], warns = [] } = question;
  const expected: readonly string[] =
    kinds.length + warns.length > 0 ? [...kinds, ...warns] : [question.verdict];
  const found: readonly string[] = [...answer.fails, ...answer.warns.filter(kind => warns.includes(kind))];
  const given = found.length > 0 ? found : [answer.verdict];
  const strangers = given.filter(kind => !expected.includes(kind) && !allowed.some(may => may === kind));
  const lost = expected.filter(kind => !given.includes(kind));
  const hit = expected.filter(kind => given.includes(kind)).map(kind => [kind, kind] as const);
  const taken = lost.flatMap(kind =>
    (strangers.length > 0 ? strangers : [given.join('+')]).map(other => [kind, other] as const),
  );
  const [first = 'pass'] = expected;
  return [...hit, ...taken, ...(lost.length > 0 ? [] : strangers.map(kind => [first, kind] as const))];
}
