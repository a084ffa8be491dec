import type { Load } from '../load-options.js';
import type { Histograms } from '../workload/histogram.js';
import { Tempo } from '../workload/tempo.js';

/** When the judged cycles begin, and whether their times are taken down. Kept for the whole run. */
export interface Shape {
  readonly tempo: Tempo | undefined;
  readonly stopwatch: Histograms | undefined;
  /** Cycles are due at a time. */
  readonly isTimed: boolean;
}

/** A plain load has no shape, and loads nothing for it. */
export async function shapeOf(load: Load): Promise<Shape> {
  const isTimed = load.ratePerSecond !== undefined;
  return {
    isTimed,
    tempo: isTimed || load.rampMs > 0 ? new Tempo(load) : undefined,
    stopwatch: load.latency ? new (await import('../workload/histogram.js')).Histograms() : undefined,
  };
}
