import type { ServeProgress } from '../serve/following.js';
import { formatCount, formatDuration } from '../units.js';
import type { Output } from './io.js';

/** One line on a terminal, drawn over and over: what is open now. Elsewhere nothing. */
export function serveProgressLine(output: Output, wanted: boolean) {
  let shown = false;
  return {
    update: (progress: ServeProgress) => {
      if (!wanted || !output.isTTY) return;
      output.write(`\r\u001b[2K${drawServeProgress(progress).slice(0, Math.max(10, output.columns - 1))}`);
      shown = true;
    },
    clear: () => {
      if (shown) output.write('\r\u001b[2K');
      shown = false;
    },
  };
}

/** "12.3 s  340 requests  38 open, 2 busy, 36 idle". */
function drawServeProgress({ elapsedMs, requests, open, busy, idle, closeWait }: ServeProgress): string {
  const waits = closeWait > 0 ? `, ${formatCount(closeWait)} in CLOSE_WAIT` : '';
  return `${formatDuration(elapsedMs)}  ${formatCount(requests)} requests  ${formatCount(open)} open, ${formatCount(busy)} busy, ${formatCount(idle)} idle${waits}`;
}
