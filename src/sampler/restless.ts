import { setTimeout as sleep } from 'node:timers/promises';
import { isRunnable } from '../proc/cpu-time.js';

/** A thread was found running at three moments in a row: a server at rest is asleep at the first or at the next. */
export async function isRestless(pids: () => readonly number[]): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await sleep(APART_MS);
    if (!isRunnable(pids())) return false;
  }
  return true;
}

const LOOKS = 3;
const APART_MS = 5;
