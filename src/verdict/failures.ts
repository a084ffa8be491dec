import type { Failure, FailureKind } from '../workload/tally.js';
import type { Evidence } from './evidence.js';

/** The first cycle of the whole run that failed, our own machine's troubles apart. */
export function firstFailure({ warmup, cycles, confirm }: Evidence): Failure | undefined {
  return [warmup, cycles, confirm]
    .flatMap(({ firstFailure }) => firstFailure ?? [])
    .find(({ kind }) => kind !== 'own-fds' && kind !== 'own-ports');
}

/** Failed cycles by kind over all phases, without those that were our own machine's. */
export function serverFailures({ warmup, cycles, confirm }: Evidence): Partial<Record<FailureKind, number>> {
  const failures: Partial<Record<FailureKind, number>> = {};
  for (const tally of [warmup, cycles, confirm]) {
    for (const [kind, count] of Object.entries(tally.failures) as [FailureKind, number][]) {
      if (kind !== 'own-fds' && kind !== 'own-ports') failures[kind] = (failures[kind] ?? 0) + count;
    }
  }
  return failures;
}

/** Cycles that were made, whatever became of them. */
export function attempts({ warmup, cycles, confirm }: Evidence): number {
  return [warmup, cycles, confirm].reduce((sum, { completed, failed }) => sum + completed + failed, 0);
}
