import type { Verdict } from './judge.js';
import type { RowOutcome } from './rows.js';

interface Judged {
  readonly standing: RowOutcome;
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
  const has = (status: RowOutcome['status']) => rows.some(({ standing }) => standing.status === status);
  if (has('fail')) return { verdict: 'fail', clean: false };
  if (interrupted || has('undecided') || has('not-run') || !has('pass'))
    return { verdict: 'undecided', clean: false };
  const passed = rows.filter(({ standing }) => standing.status === 'pass');
  // So few cycles of each client decide nothing about memory: that is for the row in which all come together.
  const isMemoryDecided = passed.some(({ verdict }) => statusOfMemory(verdict) === 'pass');
  const isMemoryRead = passed.some(({ verdict }) => statusOfMemory(verdict) !== undefined);
  const isLeftToChecker = passed.some(({ verdict }) =>
    verdict?.notes.some(({ note }) => note === 'memory-checked'),
  );
  if (isMemoryRead && !isMemoryDecided && !isLeftToChecker) return { verdict: 'undecided', clean: false };
  return { verdict: 'pass', clean: passed.every(({ verdict }) => verdict?.clean === true) };
}

/** undefined where it could not be read. */
function statusOfMemory(verdict: Verdict | undefined) {
  const memory = verdict?.checks.find(({ kind }) => kind === 'memory');
  return memory?.after === undefined ? undefined : memory.status;
}
