import type { Progress } from '../gather/timeline.js';
import { formatCount, formatDuration } from '../units.js';
import type { Output } from './io.js';

/** The live line on a terminal, or nothing at all elsewhere. */
export interface ProgressLine {
  readonly update: (progress: Progress) => void;
  /** Takes the line away; what comes next starts at the left edge. */
  readonly clear: () => void;
}

export function progressLine(output: Output, wanted: boolean): ProgressLine {
  if (!wanted || !output.isTTY) return { update: () => undefined, clear: () => undefined };
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

/** One line that fits: phase, bar, rate, descriptors now. */
export function drawProgress(progress: Progress, columns: number): string {
  const { phase, cyclesDone, cycles, elapsedMs, fds, suspects, client } = progress;
  const share = cycles === 0 ? 1 : Math.min(1, cyclesDone / cycles);
  const width = Math.max(5, Math.min(24, columns - 56));
  const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░');
  const rate = elapsedMs > 0 ? formatCount((cyclesDone / elapsedMs) * 1_000) : '0';
  const text = {
    before: 'looking at the server',
    'warm-up': 'warming up',
    cycles: `${bar} ${formatCount(cyclesDone)}/${formatCount(cycles)}  ${rate}/s`,
    settle: 'waiting for the server to settle',
    confirm: `confirming: ${suspects.join(', ')}`,
    after: 'judging',
  }[phase];
  const whose = client === undefined ? '' : `${client}: `;
  return `${whose}${text}  ${fds} fds  ${formatDuration(elapsedMs)}`.slice(0, Math.max(10, columns - 1));
}
