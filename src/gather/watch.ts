import { hasLost } from '../sampler/living.js';
import type { Watched } from '../verdict/evidence.js';
import { asking } from '../workload/asking.js';
import type { Driver } from './driver.js';
import type { Observer } from './observer.js';

/** Makes `count` cycles one at a time that wait for an answer, and looks after each that ends early who died with it. */
export async function watchConnections(driver: Driver, observer: Observer, count: number): Promise<Watched> {
  const startedAtMs = performance.now();
  let [of, ended, cutOff] = [0, 0, 0];
  let alive = observer.livingProcesses();
  while (of < count && !driver.isOver && performance.now() - startedAtMs < MOST_MS) {
    let endedByServer = false;
    const behaviour = asking(Math.min(MOST_WAIT_MS, driver.timeoutMs / 4), byServer => {
      endedByServer = byServer;
    });
    await driver.make('confirm', 1, { behaviourOf: () => behaviour });
    of += 1;
    if (endedByServer) ended += 1;
    const died = hasLost(alive);
    if (died && endedByServer) cutOff += 1;
    if (died) alive = observer.livingProcesses();
  }
  return { of, ended, cutOff };
}

const MOST_MS = 2_000;
const MOST_WAIT_MS = 20;
