import { setTimeout as sleep } from 'node:timers/promises';
import { isRunnable } from '../proc/cpu-time.js';
import { type Foresight, type Look, type Settled, type SettleLimits, settle } from '../sampler/settle.js';
import type { Due } from '../sampler/sleep.js';
import { isRestless, type Snapshot } from '../sampler/snapshot.js';
import { idleCpuPercent, SPINNING_PERCENT } from '../verdict/checks/work.js';
import type { Census, Evidence } from '../verdict/evidence.js';
import type { LateRest } from '../verdict/late.js';
import type { Observation, Observer } from './observer.js';

/** Whether the server has more descriptors than it had by `most`, and keeps them for longer than a runtime takes to close. */
export async function usesUp(
  observer: Observer,
  baseline: Snapshot,
  most: number | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (most === undefined) return false;
  const usual = baseline.processes.reduce((sum, process) => sum + process.fds.length, 0);
  for (const pauseMs of [10, 20, 40, 80]) {
    if (observer.fdCount() - usual <= most) return false;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return observer.fdCount() - usual > most;
}

/** Before the judged cycles, and after a confirming round, which asks whether a count grows: a count that stands still for a moment is enough. */
export async function restToCount(
  observer: Observer,
  usual: Census,
  drainMs: number,
  signal: AbortSignal,
  standsStillMs: number = STANDS_STILL_MS,
): Promise<Rest> {
  const { last, settled } = await settle(
    () => ({ ...outstanding(observer.look(false), usual, observer.knowsOurs), isAccusing: false }),
    NEVER_AT_REST,
    { settleMs: standsStillMs, drainMs, lateMs: standsStillMs },
    signal,
  );
  return { settled, latest: last.observation };
}

/**
 * After a confirming round. A queue that it has left gets as long as what the judged cycles left: a server that stops for
 * half a second, for its collector of garbage or for want of a CPU, has not stopped accepting. A server that closed late
 * is given `lateMs` in which nothing may move, or the time `backMs` until all is back. Where it has not come to rest then
 * it is `draining`, and what it has is no count: threads of a proxy that were still at work have been taken for a leak.
 */
export async function restAfterRound(
  observer: Observer,
  usual: Census,
  settleMs: number,
  signal: AbortSignal,
  { standsStillMs, backMs = 0 }: LateRest = {},
): Promise<Rest> {
  const mostMs = Math.max(MAX_CONFIRMING_REST_MS, backMs);
  const rest = await restToCount(
    observer,
    usual,
    mostMs,
    signal,
    Math.max(standsStillMs ?? STANDS_STILL_MS, backMs),
  );
  const { latest } = rest;
  if (queued(latest) === 0) {
    const isLate = backMs > 0 && rest.settled.state === 'held';
    if (isLate) return { latest, settled: { ...rest.settled, state: 'draining' } };
    return rest.settled.state === 'draining' ? rest : atRest(latest);
  }
  const { settled, last } = await settle(
    () => {
      // Tables that were read a second ago still show a connection that was accepted since.
      const observation = observer.look(true);
      return { observation, outstanding: queued(observation), fingerprint: String(queued(observation)) };
    },
    { outlook: watchedBy(observer) },
    { settleMs, drainMs: settleMs, lateMs: settleMs },
    signal,
  );
  return { settled, latest: last.observation };
}

/** Connections that the server has not accepted yet. */
export function queued({ acceptQueue, unaccepted }: Observation): number {
  return Math.max(acceptQueue, unaccepted.length);
}

/** How the server stood when nothing moved any more. */
export interface Rest {
  readonly settled: Settled;
  readonly latest: Observation;
}

/** The same when the judged cycles were over. */
export interface LastRest extends Rest {
  readonly quiet: Evidence['quiet'];
}

/** Before anything was done to it. */
export function atRest(latest: Observation): LastRest {
  return {
    settled: { state: 'back', lastChangeMs: 0, tookMs: 0, asleep: false },
    latest,
    quiet: undefined,
  };
}

/**
 * What an interruption has cut off is not held: a server that takes 3 s for an answer has not come to the end of it yet,
 * and is not waited for. Proves nothing where no connection is left but those that came after `earlier`.
 */
export function exceptForCutOff(rest: LastRest, earlier: number): LastRest {
  const { held, outside } = rest.latest;
  const connections = held.filter(({ role }) => role === 'connection');
  const isCutOff =
    rest.settled.state === 'held' &&
    outside.length === 0 &&
    connections.length > 0 &&
    connections.every(({ connection = 0 }) => connection > earlier);
  return isCutOff ? { ...rest, settled: { ...rest.settled, state: 'draining' } } : rest;
}

/** After the judged cycles: until all is back or is known to be held, with a look at who else may hold it. */
export async function restAtLast(
  observer: Observer,
  usual: Census,
  limits: SettleLimits,
  signal: AbortSignal,
  connections?: number,
  onDue?: (due: Due | undefined) => void,
): Promise<LastRest> {
  const told = (observation: Observation) => outstanding(observation, usual, observer.knowsOurs, connections);
  const { settled, last } = await settle(
    () => {
      const light = told(observer.look(false));
      return light.outstanding > 0 ? light : told(observer.look(true, light.observation.snapshot));
    },
    { outlook: watchedBy(observer), onDue },
    limits,
    signal,
  );
  if (settled.state === 'back') {
    const quiet = await watchRestless(observer, limits.settleMs, signal);
    return { settled, latest: last.observation, quiet };
  }
  const latest = observer.look(true);
  return { settled, latest, quiet: settled.asleep ? undefined : await watchQuiet(observer, latest, signal) };
}

/** What its sleeping threads tell of the server, from now on. */
export function watchedBy(observer: Observer): Foresight<{ observation: Observation } & Look>['outlook'] {
  const outlook = observer.watchSleep();
  return ({ observation }, nowMs, untilMs) => outlook(observation, nowMs, untilMs);
}

/**
 * Whether the server holds connections of the warm-up and sleeps without a timeout: who would close them later had set
 * himself a time by now. What wakes it after many cycles is its runtime, as V8 does every 8 s to give back memory.
 */
export function setsNoTimers(observer: Observer, observation: Observation, lateMs: number): boolean {
  if (!observation.held.some(({ role }) => role === 'connection')) return false;
  const nowMs = performance.now();
  const { sleep, hasTimeout } = observer.watchSleep()(observation, nowMs, nowMs + lateMs);
  return sleep !== 'unknown' && !hasTimeout;
}

/** Watches a server that holds on for long enough to tell an idle one from a busy one. */
export async function watchQuiet(
  observer: Observer,
  latest: Observation,
  signal: AbortSignal,
): Promise<Evidence['quiet']> {
  await sleep(QUIET_MS, undefined, { signal }).catch(() => undefined);
  return { from: latest.snapshot, to: observer.look(false).snapshot };
}

/** A count is not asked whether it may still change. */
const NEVER_AT_REST: Foresight<SettlingLook> = {
  outlook: () => ({ sleep: 'unknown', unwokenSinceMs: 0, due: undefined, hasTimeout: false }),
};
const STANDS_STILL_MS = 200;
const MAX_CONFIRMING_REST_MS = 5_000;
/** CPU time is counted in ticks of 10 ms. */
const QUIET_MS = 300;

/**
 * Watches a server that has let go of everything, and still runs: what a collector of garbage or a compiler has to do
 * after the cycles ends, and the watching with it; what spins goes on for all of `settleMs`. Costs one look at a server
 * that sleeps.
 */
async function watchRestless(
  observer: Observer,
  settleMs: number,
  signal: AbortSignal,
): Promise<Evidence['quiet']> {
  const pids = () => observer.livingProcesses().map(({ pid }) => pid);
  if (!(await isRestless(() => observer.before.processes.map(({ pid }) => pid)))) return undefined;
  const startedAtMs = performance.now();
  let from = observer.look(false).snapshot;
  for (;;) {
    let runs = await isRestless(pids);
    for (let part = 0; part < PARTS; part++) {
      await sleep(WINDOW_MS / PARTS, undefined, { signal }).catch(() => undefined);
      runs &&= isRunnable(pids());
    }
    const quiet = { from, to: observer.look(false).snapshot, runsOn: runs };
    const isBusy = runs || (idleCpuPercent(quiet) ?? 0) >= SPINNING_PERCENT;
    if (!isBusy || signal.aborted) return undefined;
    if (performance.now() - startedAtMs >= settleMs) return quiet;
    from = quiet.to;
  }
}

/** CPU time is counted in ticks of 10 ms. */
const WINDOW_MS = 300;
const PARTS = 6;

export interface SettlingLook extends Look {
  readonly observation: Observation;
}

/**
 * What an observation has that was not `usual`: connections, whoever holds them, queued ones, threads, processes.
 * Where connections cannot be told to be ours, every new socket is waited for.
 */
export function outstanding(
  observation: Observation,
  usual: Census,
  knowsOurs: boolean,
  connections = 0,
): SettlingLook {
  const { held, outside, acceptQueue, census, unfinished } = observation;
  const ours = held.filter(
    ({ role }) => role === 'connection' || role === 'dead-socket' || (!knowsOurs && role === 'other-socket'),
  );
  const growth = [
    Math.max(0, census.thread - usual.thread),
    Math.max(0, census.child - usual.child),
    Math.max(0, census.zombie - usual.zombie),
  ];
  const counts = [...[ours.length, outside.length, acceptQueue, unfinished], ...growth];
  const unnamed = Math.max(ours.length, ...growth);
  const inodes = ours.reduce((sum, { inode }) => sum + inode, 0);
  return {
    observation,
    outstanding: counts.reduce((sum, count) => sum + count, 0),
    fingerprint: `${counts} ${inodes}`,
    // Most often a thread that a runtime was short of.
    isTrifle: Math.max(ours.length, outside.length, acceptQueue, unfinished) === 0 && unnamed <= MAX_TRIFLES,
    isAccusing:
      outside.length > 0 ||
      ours.some(({ role }) => role === 'connection') ||
      unnamed >= Math.max(MIN_UNNAMED, connections / CYCLES_PER_UNNAMED),
  };
}

const MAX_TRIFLES = 2;
/** Fewer than these may well be a pool: they have to recur before anybody is accused, so nothing is waited for before that. */
const MIN_UNNAMED = 8;
const CYCLES_PER_UNNAMED = 20;
