import { setTimeout as sleep } from 'node:timers/promises';
import { ChurnError } from '../errors.js';
import { countFds } from '../proc/fds.js';
import { descendants, readProcessTable } from '../proc/tree.js';
import { formatDuration } from '../units.js';
import { type Address, attach } from './attach.js';
import type { Target } from './target.js';

/** Whom to wait for, and how long. */
interface Awaited extends Address {
  /** 0: it has to be there already. */
  readonly waitForMs: number;
}

/**
 * `attach`, when the server may still be starting: it is there when its listening socket is, and processes and
 * descriptors have stood still for a moment, since workers come after the socket. Nobody connects to find out: that
 * connection would be the first that the server sees.
 *
 * @throws ChurnError as `attach` does, when the time is up; what else is wrong is not waited for.
 */
export async function attachWhenReady(address: Awaited, signal: AbortSignal): Promise<Target> {
  const { waitForMs } = address;
  const startedAtMs = performance.now();
  for (let pauseMs = 5; ; pauseMs = Math.min(100, pauseMs * 1.5)) {
    try {
      const target = await attach(address);
      if (waitForMs === 0) return target;
      await untilAtRest(target, signal);
      return await attach(address);
    } catch (error) {
      if (!(error instanceof ChurnError) || !NOT_YET.includes(error.code) || waitForMs === 0) throw error;
      if (performance.now() - startedAtMs >= waitForMs) throw notInTime(error, waitForMs);
    }
    if (signal.aborted) {
      throw new ChurnError('interrupted-early', 'The server did not listen yet.', 'Run it again.');
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** It does not listen; its socket has no owner yet, or a new one just now. */
const NOT_YET: readonly string[] = ['nothing-listens', 'no-such-process', 'waiting-for-activation'];

function notInTime(error: ChurnError, waitForMs: number): ChurnError {
  const waited = `It was waited for ${formatDuration(waitForMs)} (--wait-for).`;
  return new ChurnError(error.code as 'nothing-listens', `${error.message} ${waited}`, error.hint);
}

async function untilAtRest({ roots }: Target, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  const pids = roots.map(({ pid }) => pid);
  let seen = '';
  let sinceMs = startedAtMs;
  while (performance.now() - sinceMs < STILL_MS && performance.now() - startedAtMs < MAX_REST_MS) {
    const now = descendants(readProcessTable(), pids)
      .map(({ pid, cpuTicks }) => `${pid} ${countFds(pid)} ${cpuTicks}`)
      .join();
    if (now !== seen) sinceMs = performance.now();
    seen = now;
    await sleep(10, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

const STILL_MS = 100;
const MAX_REST_MS = 3_000;
