import type { Progress } from '../gather/timeline.js';
import type { Due } from '../sampler/sleep.js';
import { formatBytes, formatCount, formatDuration } from '../units.js';
import type { Output } from './io.js';

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
  const { phase, cyclesDone, cycles, durationMs, elapsedMs, fds, anonBytes, client } = progress;
  if (progress.watching) return watchWords(progress);
  const of = durationMs === undefined ? ` of ${formatCount(cycles)}` : '';
  return [
    formatDuration(elapsedMs),
    ...(client === undefined ? [] : [client]),
    ...(phase === 'cycles' ? [] : [phaseWords(progress)]),
    `${formatCount(cyclesDone)}${of} cycles`,
    ...(phase === 'cycles' ? [`${formatCount((cyclesDone / elapsedMs) * 1_000)}/s`] : []),
    `${fds} fds`,
    ...(anonBytes === undefined ? [] : [formatBytes(anonBytes)]),
  ].join(', ');
}

/** Others make the connections, and nobody knows how many are to come. */
function watchWords(progress: Progress): string {
  const { cyclesDone, elapsedMs, fds } = progress;
  const doing = phaseWords(progress);
  return `${formatDuration(elapsedMs)}, ${doing}, ${formatCount(cyclesDone)} connections, ${fds} fds`;
}

const OFTEN_MS = 10_000;
const SELDOM_MS = 60_000;

/** What is being done, for whoever waits for it. Total over the phases. */
export function phaseWords({
  phase,
  suspects,
  watching = false,
  due,
}: Pick<Progress, 'phase' | 'suspects' | 'watching' | 'due'>): string {
  return {
    before: 'looking at the server',
    'warm-up': 'warming up',
    hold: 'connecting silent clients',
    cycles: watching ? 'watching' : 'opening and closing connections',
    settle: due ? dueWords(due) : 'waiting for the server to settle',
    confirm: `confirming: ${suspects.join(', ')}`,
    after: 'judging',
  }[phase];
}

/** "waiting for pid 42, which may let go when its epoll_wait runs out in 6.2 s". */
function dueWords({ pid, call, leftMs }: Due): string {
  const when = leftMs === undefined ? 'ends' : `runs out in ${formatDuration(leftMs)}`;
  return `waiting for pid ${pid}, which may let go when its ${call} ${when}`;
}
