import type { Verdict } from './judge.js';
import type { Standing } from './rows.js';

interface Judged {
  readonly standing: Standing;
  readonly verdict?: Verdict | undefined;
}

/**
 * The verdict on all rows: one that fails is a fault, one that is undecided or was not run is no pass. What is not
 * applicable counts for nothing, unless nothing else is there.
 */
export function wholeVerdict(
  rows: readonly Judged[],
  interrupted: boolean,
): Pick<Verdict, 'verdict' | 'clean'> {
  const has = (status: Standing['status']) => rows.some(({ standing }) => standing.status === status);
  if (has('fail')) return { verdict: 'fail', clean: false };
  if (interrupted || has('undecided') || has('not-run') || !has('pass'))
    return { verdict: 'undecided', clean: false };
  const passed = rows.filter(({ standing }) => standing.status === 'pass');
  return { verdict: 'pass', clean: passed.every(({ verdict }) => verdict?.clean === true) };
}
