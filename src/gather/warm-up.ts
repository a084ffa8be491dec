import type { Driver } from './driver.js';

/** The cycles before the judged ones: all of them, or as many as half of the time for cycles is enough for. */
export async function makeWarmUp(driver: Driver, cycles: number, mostMs: number | undefined): Promise<void> {
  const startedAtMs = performance.now();
  const step = mostMs === undefined ? cycles : STEP;
  for (let made = 0; made < cycles && !driver.isOver; made += step) {
    if (performance.now() - startedAtMs > (mostMs ?? Infinity) / 2) break;
    await driver.make('warm-up', Math.min(step, cycles - made));
  }
}

const STEP = 2;
