import { setTimeout as sleep } from 'node:timers/promises';
import type { SocketTimer } from '../proc/parse/socket-table.js';
import type { Driver } from './driver.js';
import type { Observer } from './observer.js';

/**
 * Which timer the kernel has for a connection that says nothing: of one cycle of the warm-up, which is not ended before
 * that is seen. `none` has to be seen twice, a while apart, because a server asks for SO_KEEPALIVE after accept().
 * undefined: it was not accepted in time, or something was under way on it.
 */
export async function timerOfSilence(driver: Driver, observer: Observer): Promise<SocketTimer | undefined> {
  let timer: SocketTimer | undefined;
  await driver.makeSilent(async port => {
    let noneSinceMs: number | undefined;
    for (const pauseMs of PAUSES_MS) {
      await sleep(pauseMs);
      const row = observer.serverEnd(port);
      const nowMs = performance.now();
      timer = row?.state === 'ESTABLISHED' && row.inode !== 0 ? row.timer : undefined;
      if (timer === 'keepalive') return;
      if (timer === 'none') noneSinceMs ??= nowMs;
      if (noneSinceMs !== undefined && nowMs - noneSinceMs >= SURE_MS) return;
    }
    timer = undefined;
  });
  return timer;
}

const PAUSES_MS = [0, 1, 2, 4, 8, 16, 16, 32];
const SURE_MS = 20;
