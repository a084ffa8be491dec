import type { Progress } from '../gather/timeline.js';
import { formatCount, formatDuration } from '../units.js';
import type { Output } from './io.js';

/** The live line on a terminal; elsewhere a plain line now and then, so that a log shows that a long run goes on. */
export interface ProgressLine {
  readonly update: (progress: Progress) => void;
  /** Takes the line away; what comes next starts at the left edge. */
  readonly clear: () => void;
}

export function progressLine(output: Output, wanted: boolean): ProgressLine {
  if (!wanted) return { update: () => undefined, clear: () => undefined };
  if (!output.isTTY) return plainLines(output);
  let shown = false;
  return {
    update: progress => {
      // Too short a run to read is not worth a flicker.
      if (progress.elapsedMs < 150) return;
      output.write(`\r\u001b[2K${drawProgress(progress, output.columns)}`);
      shown = true;
    },
    clear: () => {
      if (shown) output.write('\r\u001b[2K');
      shown = false;
    },
  };
}

/** Every ten seconds in the first minute, every minute after it. A short run says nothing. */
function plainLines(output: Output): ProgressLine {
  let dueAtMs = OFTEN_MS;
  return {
    update: progress => {
      if (progress.elapsedMs < dueAtMs) return;
      dueAtMs = progress.elapsedMs + (progress.elapsedMs < SELDOM_MS ? OFTEN_MS : SELDOM_MS);
      output.write(`churn: ${tellProgress(progress)}\n`);
    },
    clear: () => undefined,
  };
}

/** "1 min 0 s, 60 000 of 100 000 cycles, 1000/s, 7 fds". */
export function tellProgress(progress: Progress): string {
  const { phase, cyclesDone, cycles, durationMs, elapsedMs, fds, suspects } = progress;
  if (progress.watching) return watchWords(progress);
  const of = durationMs === undefined ? ` of ${formatCount(cycles)}` : '';
  const doing = phase === 'cycles' ? [] : [phaseWords(phase, suspects)];
  return [
    formatDuration(elapsedMs),
    ...doing,
    `${formatCount(cyclesDone)}${of} cycles`,
    ...(phase === 'cycles' ? [`${formatCount((cyclesDone / elapsedMs) * 1_000)}/s`] : []),
    `${fds} fds`,
  ].join(', ');
}

function phaseWords(phase: Exclude<Progress['phase'], 'cycles'>, suspects: readonly string[]): string {
  return {
    before: 'looking at the server',
    'warm-up': 'warming up',
    hold: 'connecting silent clients',
    settle: 'waiting for the server to settle',
    confirm: `confirming: ${suspects.join(', ')}`,
    after: 'judging',
  }[phase];
}

/** Others make the connections, and nobody knows how many are to come. */
function watchWords({ phase, cyclesDone, elapsedMs, fds, suspects }: Progress): string {
  const doing = phase === 'cycles' ? 'watching' : phaseWords(phase, suspects);
  return `${formatDuration(elapsedMs)}, ${doing}, ${formatCount(cyclesDone)} connections, ${fds} fds`;
}

/** One line that fits: phase, bar, rate, descriptors now. */
export function drawProgress(progress: Progress, columns: number): string {
  const { phase, cyclesDone, cycles, durationMs, elapsedMs, fds, suspects, client } = progress;
  if (progress.watching) return watchWords(progress).slice(0, Math.max(10, columns - 1));
  const done = durationMs === undefined ? cyclesDone / Math.max(1, cycles) : elapsedMs / durationMs;
  const share = cycles === 0 ? 1 : Math.min(1, done);
  const width = Math.max(5, Math.min(24, columns - 56));
  const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░');
  const rate = elapsedMs > 0 ? formatCount((cyclesDone / elapsedMs) * 1_000) : '0';
  const of = durationMs === undefined ? `/${formatCount(cycles)}` : '';
  const text =
    phase === 'cycles' ? `${bar} ${formatCount(cyclesDone)}${of}  ${rate}/s` : phaseWords(phase, suspects);
  const whose = client === undefined ? '' : `${client}: `;
  return `${whose}${text}  ${fds} fds  ${formatDuration(elapsedMs)}`.slice(0, Math.max(10, columns - 1));
}

const OFTEN_MS = 10_000;
const SELDOM_MS = 60_000;
