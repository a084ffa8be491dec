import type { Progress } from '../gather/timeline.js';
import { wrap } from '../report/wrap.js';
import type { ServeProgress } from '../serve/following.js';
import { formatCount, formatDuration } from '../units.js';
import { colorLevel } from './color.js';
import type { Io, Output } from './io.js';
import { plainLines } from './plain-lines.js';

/** A live view on a terminal; elsewhere a plain line now and then, so that a log shows that a long run goes on. */
export interface ProgressLine {
  readonly update: (progress: Progress) => void;
  /** Takes the live view away for good; what comes next starts at the left edge. */
  readonly clear: () => void;
}

type WatchedIo = Pick<Io, 'stderr' | 'env' | 'onYield'>;

/** Says something once in the middle of a run; undefined: nothing yet. */
export type Notice = (progress: Progress) => string | undefined;

/** @param color false: none, whatever the terminal can. */
export function progressLine(io: WatchedIo, wanted: boolean, color = true, notice?: Notice): ProgressLine {
  if (!wanted) return { update: () => undefined, clear: () => undefined };
  if (isWatched(io)) return liveView(io, color, notice);
  const tell = plainLines(io.stderr);
  const update = (progress: Progress) => {
    const said = notice?.(progress);
    if (said !== undefined) io.stderr.write(`churn: ${said}\n`);
    tell(progress);
  };
  return { update, clear: () => undefined };
}

/** A person sits before it: CI servers that lend a terminal keep what is written to it as a log. */
function isWatched({ stderr, env: { CI, TERM } }: WatchedIo): boolean {
  return stderr.isTTY && TERM !== 'dumb' && (CI === undefined || CI === '' || CI === 'false');
}

function liveView(io: WatchedIo, color: boolean, notice: Notice | undefined): ProgressLine {
  let view: import('./live/on-demand.js').LiveView | undefined;
  let stopYielding: (() => void) | undefined;
  let state: 'early' | 'shown' | 'over' = 'early';
  return {
    update: progress => {
      const said = notice?.(progress);
      if (said !== undefined) {
        view?.clear();
        io.stderr.write(`${wrap(`churn: ${said}`, io.stderr.columns, 7).join('\n')}\n`);
      }
      // Too short a run to read is not worth a flicker, nor loading what would draw it.
      if (state === 'early' && progress.elapsedMs >= WORTH_WATCHING_MS) {
        state = 'shown';
        void import('./live/on-demand.js').then(({ LiveView }) => {
          if (state === 'over') return;
          view = new LiveView(io.stderr, colorLevel(io, io.stderr, color));
          stopYielding = io.onYield(() => view?.clear());
        });
      }
      if (state === 'shown') view?.update(progress);
    },
    clear: () => {
      state = 'over';
      view?.clear();
      stopYielding?.();
      stopYielding = undefined;
    },
  };
}

const WORTH_WATCHING_MS = 150;

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
