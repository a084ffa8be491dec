import { setTimeout as sleep } from 'node:timers/promises';
import { settle } from '../sampler/settle.js';
import type { Snapshot } from '../sampler/snapshot.js';
import type { Census, Evidence } from '../verdict/evidence.js';
import type { Observation, Observer } from './observer.js';

/** Between two rounds of judged cycles: until the descriptors are back, or stand still for a moment. Judges nothing. */
export async function restBriefly(
  observer: Observer,
  baseline: Snapshot,
  signal: AbortSignal,
): Promise<void> {
  const startedAtMs = performance.now();
  const usual = baseline.processes.reduce((sum, process) => sum + process.fds.length, 0);
  let previous = -1;
  for (const pauseMs of PAUSES_MS) {
    const fds = observer.fdCount();
    const standsStill = fds === previous && pauseMs > 1;
    if (fds <= usual || standsStill || performance.now() - startedAtMs > MOST_BRIEF_REST_MS) return;
    previous = fds;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** After a confirming round, which asks whether a count grows: a count that stands still for a moment is enough. */
export async function restToCount(
  observer: Observer,
  usual: Census,
  drainMs: number,
  signal: AbortSignal,
): Promise<Observation> {
  let latest: Observation | undefined;
  await settle(
    () => {
      latest = observer.look(false);
      return observer.lookToSettle(latest, usual);
    },
    () => false,
    { settleMs: STANDS_STILL_MS, drainMs },
    signal,
  );
  return latest ?? observer.look(false);
}

/** Watches a server that holds on for long enough to tell an idle one from a busy one. */
export async function watchQuiet(observer: Observer, signal: AbortSignal): Promise<Evidence['quiet']> {
  const from = observer.look(false).snapshot;
  await sleep(QUIET_MS, undefined, { signal }).catch(() => undefined);
  return { from, to: observer.look(false).snapshot };
}

const PAUSES_MS = [0, 0, 1, 1, 2, 2, 4, 4];
/** Most servers need less. */
const MOST_BRIEF_REST_MS = 8;
const STANDS_STILL_MS = 200;
/** CPU time is counted in ticks of 10 ms. */
const QUIET_MS = 300;
