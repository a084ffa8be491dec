import type { Progress } from '../gather/timeline.js';
import { formatBytes, formatCount, formatDuration } from '../units.js';
import type { Output } from './io.js';
import { phaseWords } from './phase-words.js';

/** Every ten seconds in the first minute, every minute after it. A short run says nothing. */
export function plainLines(output: Output): (progress: Progress) => void {
  let dueAtMs = OFTEN_MS;
  return progress => {
    if (progress.elapsedMs < dueAtMs) return;
    dueAtMs = progress.elapsedMs + (progress.elapsedMs < SELDOM_MS ? OFTEN_MS : SELDOM_MS);
    output.write(`churn: ${tellProgress(progress)}\n`);
  };
}

/** "1 min 0 s, 60 000 of 100 000 cycles, 1000/s, 7 fds, 2.1 MiB". */
export function tellProgress(progress: Progress): string {
  const { phase, cyclesDone, cycles, durationMs, elapsedMs, fds, anonBytes, suspects, client } = progress;
  if (progress.watching) return watchWords(progress);
  const of = durationMs === undefined ? ` of ${formatCount(cycles)}` : '';
  return [
    formatDuration(elapsedMs),
    ...(client === undefined ? [] : [client]),
    ...(phase === 'cycles' ? [] : [phaseWords(phase, suspects)]),
    `${formatCount(cyclesDone)}${of} cycles`,
    ...(phase === 'cycles' ? [`${formatCount((cyclesDone / elapsedMs) * 1_000)}/s`] : []),
    `${fds} fds`,
    ...(anonBytes === undefined ? [] : [formatBytes(anonBytes)]),
  ].join(', ');
}

/** Others make the connections, and nobody knows how many are to come. */
function watchWords({ phase, cyclesDone, elapsedMs, fds, suspects }: Progress): string {
  const doing = phaseWords(phase, suspects, true);
  return `${formatDuration(elapsedMs)}, ${doing}, ${formatCount(cyclesDone)} connections, ${fds} fds`;
}

const OFTEN_MS = 10_000;
const SELDOM_MS = 60_000;
