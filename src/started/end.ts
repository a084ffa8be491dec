import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessStat } from '../proc/parse/process-stat.js';
import { readStat } from '../proc/process.js';
import type { Family } from './family.js';
import type { World } from './world.js';

/** Sends a signal to this very process, unless it is gone and its pid belongs to another. */
export function signalProcess(
  { pid, startTicks }: Pick<ProcessStat, 'pid' | 'startTicks'>,
  signal: NodeJS.Signals,
  kill: World['kill'],
): void {
  if (readStat(pid)?.startTicks !== startTicks) return;
  try {
    kill(pid, signal);
  } catch {
    // It ended between the two lines, or has become another user's: who is left is looked for afterwards.
  }
}

/** Kills all of the family, also those that it bears meanwhile; who is there after two seconds is returned. */
export async function killAll(family: Family, kill: World['kill']): Promise<readonly ProcessStat[]> {
  const startedAtMs = performance.now();
  for (;;) {
    const alive = family.look();
    if (alive.length === 0 || performance.now() - startedAtMs > MAX_MS) return alive;
    killGroups(alive, family, kill);
    for (const stat of alive) if (!family.leads(stat)) signalProcess(stat, 'SIGKILL', kill);
    await sleep(2);
  }
}

/**
 * Whole process groups at once, where a session of the family has them: thousands of children, asked one by one whether
 * they are still who they were, had taken seconds.
 */
function killGroups(alive: readonly ProcessStat[], family: Family, kill: World['kill']): void {
  for (const group of new Set(alive.filter(stat => family.leads(stat)).map(stat => stat.processGroup))) {
    try {
      if (group > 1) kill(-group, 'SIGKILL');
    } catch {
      // The last of it ended between the two lines.
    }
  }
}

/** Waits until nobody of the family lives, or the time is up; who still does. */
export async function untilGone(
  family: Pick<Family, 'look'>,
  mostMs: number,
): Promise<readonly ProcessStat[]> {
  const startedAtMs = performance.now();
  for (let pauseMs = 1; ; pauseMs = Math.min(20, pauseMs * 1.5)) {
    const alive = family.look();
    if (alive.length === 0 || performance.now() - startedAtMs >= mostMs) return alive;
    await sleep(pauseMs);
  }
}

const MAX_MS = 2_000;
