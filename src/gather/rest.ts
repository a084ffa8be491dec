import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type Settled, type SettleLimits, settle } from '../sampler/settle.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { Census, Evidence } from '../verdict/evidence.js';
import type { Observation, Observer } from './observer.js';
import { outstanding } from './outstanding.js';

/** Between two rounds of judged cycles: until the descriptors are back, or stand still for a moment. Judges nothing. */
export async function restBriefly(
  observer: Observer,
  baseline: Snapshot,
  signal: AbortSignal,
): Promise<void> {
  const startedAtMs = performance.now();
  const usual = baseline.processes.reduce((sum, process) => sum + process.fds.length, 0);
  // Most are back within a fraction of what the shortest timer takes.
  while (observer.fdCount() > usual && performance.now() - startedAtMs < SPIN_MS) await nextTurn();
  let previous = -1;
  for (const pauseMs of PAUSES_MS) {
    const fds = observer.fdCount();
    const standsStill = fds === previous && pauseMs > 1;
    if (fds <= usual || standsStill || performance.now() - startedAtMs > MOST_BRIEF_REST_MS) break;
    previous = fds;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  observer.rememberHeld(usual);
}

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

/** After a confirming round, which asks whether a count grows: a count that stands still for a moment is enough. */
export async function restToCount(
  observer: Observer,
  usual: Census,
  drainMs: number,
  signal: AbortSignal,
  standsStillMs: number = STANDS_STILL_MS,
): Promise<Observation> {
  const { last } = await settle(
    () => outstanding(observer.look(false), usual, observer.knowsOurs),
    () => false,
    { settleMs: standsStillMs, drainMs },
    signal,
  );
  return last.observation;
}

/**
 * After a confirming round. A queue that it has left gets as long as what the judged cycles left: a server that stops for
 * half a second, for its collector of garbage or for want of a CPU, has not stopped accepting. A server that closed late
 * is given `lateMs` in which nothing may move.
 */
export async function restAfterRound(
  observer: Observer,
  usual: Census,
  settleMs: number,
  signal: AbortSignal,
  lateMs?: number,
): Promise<Rest> {
  const latest = await restToCount(observer, usual, MOST_CONFIRMING_REST_MS, signal, lateMs);
  if (queued(latest) === 0) return atRest(latest);
  const { settled, last } = await settle(
    () => {
      const observation = observer.look(false);
      return { observation, outstanding: queued(observation), fingerprint: String(queued(observation)) };
    },
    ({ observation }) => observer.sleepsForGood(observation, settleMs),
    { settleMs, drainMs: settleMs },
    signal,
  );
  return { settled, latest: last.observation };
}

function queued({ acceptQueue, unaccepted }: Observation): number {
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

/** After the judged cycles: until all is back or is known to be held, with a look at who else may hold it. */
export async function restAtLast(
  observer: Observer,
  usual: Census,
  limits: SettleLimits,
  signal: AbortSignal,
): Promise<LastRest> {
  const { settled, last } = await settle(
    () => {
      const light = outstanding(observer.look(false), usual, observer.knowsOurs);
      if (light.outstanding > 0) return light;
      return outstanding(observer.look(true, light.observation.snapshot), usual, observer.knowsOurs);
    },
    ({ observation }) => observer.sleepsForGood(observation, limits.settleMs),
    limits,
    signal,
  );
  if (settled.state === 'back') return { settled, latest: last.observation, quiet: undefined };
  const latest = observer.look(true);
  return { settled, latest, quiet: settled.asleep ? undefined : await watchQuiet(observer, latest, signal) };
}

/** Watches a server that holds on for long enough to tell an idle one from a busy one. */
async function watchQuiet(
  observer: Observer,
  latest: Observation,
  signal: AbortSignal,
): Promise<Evidence['quiet']> {
  await sleep(QUIET_MS, undefined, { signal }).catch(() => undefined);
  return { from: latest.snapshot, to: observer.look(false).snapshot };
}

const SPIN_MS = 0.5;
const PAUSES_MS = [1, 1, 2, 2, 4, 4];
/** Most servers need less. */
const MOST_BRIEF_REST_MS = 8;
const STANDS_STILL_MS = 200;
const MOST_CONFIRMING_REST_MS = 2_000;
/** CPU time is counted in ticks of 10 ms. */
const QUIET_MS = 300;
