import type { Failure, FailureKind, Tally } from '../workload/tally.js';
import type { Evidence } from './evidence.js';
import { replacedWorkers } from './processes.js';

/** The first cycle of the whole run that failed, our own machine's troubles apart. */
export function firstFailure(
  { warmup, cycles, confirm }: Evidence,
  counts: (kind: FailureKind) => boolean = () => true,
): Failure | undefined {
  return [warmup, cycles, confirm]
    .flatMap(({ firstFailure }) => firstFailure ?? [])
    .find(({ kind }) => kind !== 'own-fds' && kind !== 'own-ports' && counts(kind));
}

/** Failed cycles by kind over all phases, without those that were our own machine's. */
export function serverFailures({ warmup, cycles, confirm }: Evidence): Partial<Record<FailureKind, number>> {
  const failures: Partial<Record<FailureKind, number>> = {};
  for (const tally of [warmup, cycles, confirm]) {
    for (const [kind, count] of Object.entries(tally.failures) as [FailureKind, number][]) {
      if (!isOurs(kind, tally)) failures[kind] = (failures[kind] ?? 0) + count;
    }
  }
  return failures;
}

/**
 * Resets that are no fault: they came in answer to a byte or a request that this tool made up. A server to which they
 * mean nothing closes with the rest of them unread, as sshd and every server of TLS do, and then the client meets an
 * answer, an end or a reset, as it happens. Not where a worker died meanwhile, which resets too.
 */
export function turnedDown(evidence: Evidence): number {
  const { warmup, cycles, confirm, own } = evidence;
  if (own?.requestIsMeant || replacedWorkers(evidence).length > 0) return 0;
  return warmup.turnedDown + cycles.turnedDown + confirm.turnedDown;
}

/** Cycles that were made, whatever became of them. */
export function attempts({ warmup, cycles, confirm }: Evidence): number {
  return [warmup, cycles, confirm].reduce((sum, { completed, failed }) => sum + completed + failed, 0);
}

/** Our machine's troubles, and a wish for TLS that this port or its certificate does not meet. */
function isOurs(kind: FailureKind, { stopped }: Tally): boolean {
  const isTls = kind === 'tls' || kind === 'untrusted';
  if (kind === 'http2' && stopped === 'no-http2') return true;
  return (
    kind === 'own-fds' || kind === 'own-ports' || (isTls && (stopped === 'no-tls' || stopped === 'untrusted'))
  );
}
