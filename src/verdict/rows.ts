import type { Snapshot } from '../sampler/snapshot.js';
import type { BehaviourFacts, ClientName } from '../workload/client-names.js';
import { isHardlyServed, ownOverflows } from './accepted.js';
import { checkMemory } from './checks/memory.js';
import { type ConfirmingRound, nextConfirmingRound } from './confirmation.js';
import type { Evidence } from './evidence.js';
import { turnedDown } from './failures.js';
import type { Check, Finding } from './finding.js';
import { judge, type Verdict } from './judge.js';
import { hasHeap } from './memory-profiles.js';
import { judgeMemory } from './memory-trend.js';
import { ownTrouble } from './own-trouble.js';
import type { Policy } from './policy.js';
import { identity } from './processes.js';

/** One line of a thorough run: a client behaviour, or all that had passed in random order. */
export type RowName = ClientName | 'mixed';

/** The server cannot be judged by that behaviour. */
export type Inapplicable = 'unanswered' | 'no-tls' | 'untrusted' | 'not-handed-over';

/** It was not tried, or not to the end. */
export type SkipReason =
  | 'server-gone'
  | 'server-hangs'
  | 'interrupted'
  | 'time-is-up'
  | 'few-descriptors'
  | 'own-limit';

/** What came of one row. Not applicable and not run are neither passed nor failed. */
export type RowOutcome =
  | { readonly status: 'pass' | 'fail' | 'undecided' }
  | { readonly status: 'not-applicable'; readonly reason: Inapplicable }
  | { readonly status: 'not-run'; readonly reason: SkipReason };

/** From so many cycles on a row judges memory by itself. */
const CYCLES_FOR_MEMORY = 1_000;

/**
 * The verdict on one row. So few cycles decide nothing about memory, so it is left to the mixed row; a bound is told
 * all the same, which is never below what a page in the later half of the cycles would hide.
 */
export function judgeRow(evidence: Evidence, policy: Policy): Verdict {
  if (evidence.cycles.requested >= CYCLES_FOR_MEMORY) return judge(evidence, policy);
  const verdict = judge(withoutMemory(evidence), policy);
  const memory = memoryOfRow(evidence);
  return { ...verdict, checks: verdict.checks.map(check => (check.kind === 'memory' ? memory : check)) };
}

/**
 * The verdict on the row of the silent client. Many a small server serves one client after the other and is built to: that
 * one of them can keep all others waiting is told, and fails where it was asked with `--hold` or named in `--fail-on`.
 */
export function judgeSilent(evidence: Evidence, policy: Policy): Verdict {
  const verdict = judgeRow(evidence, policy);
  const isAsked = policy.failOn?.includes('hang') === true;
  const others = verdict.findings.filter(finding => !isBlocked(finding));
  if (isAsked || others.length === verdict.findings.length) return verdict;
  const isDoubted = verdict.checks.some(({ status }) => status === 'undecided');
  const isFailed = others.some(({ severity }) => severity === 'fail');
  return {
    ...verdict,
    verdict: isFailed ? 'fail' : isDoubted || evidence.interrupted ? 'undecided' : 'pass',
    clean: !isFailed && !isDoubted && !evidence.interrupted,
    checks: verdict.checks.map(check => (check.kind === 'hang' ? { ...check, status: 'warn' } : check)),
    findings: verdict.findings.map(finding =>
      isBlocked(finding) ? { ...finding, severity: 'warn' } : finding,
    ),
  };
}

function isBlocked(finding: Finding): boolean {
  return finding.kind === 'hang' && finding.silentClients !== undefined;
}

/** What a row still has to confirm: all but memory, and without following sockets, which is for a closer look. */
export function nextRoundOfRow(evidence: Evidence): ConfirmingRound | undefined {
  const seen = {
    ...evidence,
    own: evidence.own && { ...evidence.own, followed: evidence.own.followed ?? [] },
  };
  const judgesMemory = evidence.cycles.requested >= CYCLES_FOR_MEMORY;
  return nextConfirmingRound(judgesMemory ? seen : withoutMemory(seen));
}

/** What there is to confirm in a hurry: all but a heap, which takes many thousands of cycles, and work. */
export function nextRoundInHaste(evidence: Evidence): ConfirmingRound | undefined {
  const hasty = withoutMemory(evidence);
  return nextConfirmingRound(hasHeap(evidence.runtime) ? hasty : { ...hasty, rounds: evidence.rounds });
}

/** A fault beside missing answers is a fault, whatever was asked; else it is asked whether the server could answer. */
export function rowOutcomeOf(
  evidence: Evidence,
  { verdict, findings }: Verdict,
  facts: Pick<BehaviourFacts, 'waitsFor'> | undefined,
  speaksTls: boolean,
): RowOutcome {
  const faults = findings.filter(({ severity }) => severity === 'fail');
  const reason = inapplicable(evidence, facts, speaksTls);
  if (reason && faults.every(({ kind }) => kind === 'reply' || kind === 'refused')) {
    return { status: 'not-applicable', reason };
  }
  if (verdict === 'fail') return { status: verdict };
  if (evidence.interrupted) return { status: 'not-run', reason: 'interrupted' };
  if (ownTrouble(evidence)) return { status: 'not-run', reason: 'own-limit' };
  return { status: verdict };
}

/** Whether a handshake of TLS was made. */
export function speaksTls(standings: ReadonlyMap<ClientName, RowOutcome>): boolean {
  const { status } = standings.get('tls-rst') ?? { status: 'not-run' };
  return status === 'pass' || status === 'fail' || status === 'undecided';
}

/** Why no row after this one makes sense; undefined: go on. */
export function reasonToEnd(evidence: Evidence, { findings }: Verdict): SkipReason | undefined {
  if (evidence.departed.some(({ isRoot }) => isRoot) || evidence.listenerGone) return 'server-gone';
  if (findings.some(finding => finding.kind === 'hang' && !isBlocked(finding))) return 'server-hangs';
  return evidence.interrupted ? 'interrupted' : undefined;
}

/** What the rows before say of one that was not tried yet, so that nobody waits for the same silence twice. */
export function knownBefore(
  client: ClientName,
  standings: ReadonlyMap<ClientName, RowOutcome>,
): RowOutcome | undefined {
  const reasonOf = (other: ClientName) => {
    const standing = standings.get(other);
    return standing?.status === 'not-applicable' ? standing.reason : undefined;
  };
  if (client === 'reply-rst' && reasonOf('reply') === 'unanswered') return standings.get('reply');
  const handshake = reasonOf('tls-rst');
  if (handshake === 'no-tls' && (client === 'tls' || client === 'tls-abort')) return standings.get('tls-rst');
  return handshake === 'untrusted' && client === 'tls' ? standings.get('tls-rst') : undefined;
}

function inapplicable(
  evidence: Evidence,
  facts: Pick<BehaviourFacts, 'waitsFor'> | undefined,
  speaksTls: boolean,
): Inapplicable | undefined {
  const tallies = [evidence.warmup, evidence.cycles, evidence.confirm];
  const stopped = tallies.map(tally => tally.stopped);
  if (stopped.includes('untrusted')) return 'untrusted';
  if (stopped.includes('no-tls')) return 'no-tls';
  const isThere = !evidence.listenerGone && !evidence.departed.some(({ isRoot }) => isRoot);
  const completed = tallies.reduce((sum, tally) => sum + tally.completed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  // Some turn away what is no TLS to them with a reset, some say nothing.
  if (facts?.waitsFor === 'handshake' && completed === 0 && failed > 0 && isThere) return 'no-tls';
  const answered = tallies.reduce((sum, tally) => sum + tally.answered, 0);
  // A request that is meant for the server of TLS says nothing to it without TLS.
  const isMeant = evidence.own?.requestIsMeant === true && !(speaksTls && facts?.waitsFor === 'answer');
  const isSilent = stopped.includes('unanswered') || (turnedDown(evidence) > 0 && completed === 0);
  if (isSilent && answered === 0 && !isMeant) return 'unanswered';
  // At a full queue the same is seen, and says something of the server.
  return isHardlyServed(evidence) && ownOverflows(evidence) === 0 ? 'not-handed-over' : undefined;
}

/** Nor work, which takes as many cycles. */
function withoutMemory(evidence: Evidence): Evidence {
  return {
    ...evidence,
    rounds: evidence.rounds.map(round => ({ ...round, anonBytes: undefined })),
    own: evidence.own && { ...evidence.own, work: [] },
    checker: undefined,
  };
}

function memoryOfRow(evidence: Evidence): Check {
  const { check } = checkMemory(evidence);
  const memory = judgeMemory(evidence);
  const hidden = (2 * PAGE_BYTES) / Math.max(1, evidence.judgedConnections);
  const bound = memory.bound === undefined ? undefined : Math.ceil(Math.max(memory.bound, hidden));
  return {
    ...check,
    status: 'not-measured',
    bound: memory.state === 'flat' ? bound : undefined,
    perRound: [],
  };
}

const PAGE_BYTES = 4_096;

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

/** How long a row is settled once the server was seen to hold on for good: a second look tells whether that was enough. */
export const SHORT_SETTLE_MS = 400;

/** It slept without a timeout, or it may have woken up to close something and was given all the time that it has. */
export function holdsForGood({ settled }: Evidence, settleMs: number): boolean {
  return settled.state === 'held' && (settled.asleep || settled.tookMs >= settleMs);
}

/** Whether something that was held when the row ended is gone by now: then it had not been given long enough. */
export function hasLetGo({ before, after, held }: Evidence, now: Snapshot): boolean {
  const inodes = new Set(
    now.processes.flatMap(({ fds }) => fds.filter(fd => fd.kind === 'socket').map(({ inode }) => inode)),
  );
  const known = new Set(before.processes.map(identity));
  const alive = new Map(now.processes.map(process => [identity(process), process.threads]));
  return (
    held.some(({ role, inode }) => role !== 'other-client' && !inodes.has(inode)) ||
    after.processes.some(process => {
      const threads = alive.get(identity(process));
      return known.has(identity(process))
        ? threads !== undefined && threads < process.threads
        : threads === undefined;
    })
  );
}
