import type { Options } from '../options.js';
import type { Target } from '../target/target.js';
import type { Driver } from './driver.js';
import type { Observer } from './observer.js';
import { type Audience, Timeline } from './timeline.js';

/** The timeline of one trial: whose processes it samples, and what whoever watches the run is told with each point. */
export function timelineOf(
  target: Target,
  { cycles, durationMs }: Options,
  { tallies }: Driver,
  observer: Observer,
  suspects: () => readonly string[],
  onProgress: Audience['onProgress'],
): Timeline {
  return new Timeline(
    target.roots.map(({ pid }) => pid),
    () => tallies.cycles.completed + tallies.confirm.completed,
    () => observer.queueLength(),
    ({ phase, atMs, fds, anonBytes }) =>
      onProgress({
        ...{ phase, fds, anonBytes, cycles, durationMs },
        cyclesDone: tallies.cycles.completed,
        confirmCycles: tallies.confirm.completed,
        elapsedMs: atMs,
        suspects: suspects(),
      }),
  );
}
