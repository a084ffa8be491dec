import type { Progress } from '../gather/timeline.js';
import type { Options } from '../options/run.js';
import { budgetFor } from '../report/notes.js';
import { formatDuration } from '../units.js';

/** What makes a run take as long as it does, other than the server. */
type Pace = Pick<Options, 'cycles' | 'concurrency' | 'cycleTime'>;

/**
 * Says once, after two seconds, that a server is so slow that the cycles will take long, and what to do about it: nobody
 * should have to wait for minutes to learn that he had to wait. Whoever has set the pace himself is told nothing.
 */
export function slowNotice(pace: Pace): (progress: Progress) => string | undefined {
  let sinceMs: number | undefined;
  let isOver = pace.cycleTime === undefined;
  return ({ phase, elapsedMs, opened = 0 }) => {
    if (isOver || (phase !== 'warm-up' && phase !== 'cycles')) return undefined;
    sinceMs ??= elapsedMs;
    const tookMs = elapsedMs - sinceMs;
    // Those that are open now are not over.
    const done = opened - pace.concurrency;
    if (tookMs < SAID_AFTER_MS || done <= 0) return undefined;
    isOver = true;
    const wholeMs = (tookMs / done) * pace.cycles;
    return wholeMs < WORTH_SAYING_MS
      ? undefined
      : slowWords((tookMs * pace.concurrency) / done, wholeMs, pace);
  };
}

const SAID_AFTER_MS = 2_000;
const WORTH_SAYING_MS = 15_000;

/** "the server takes 300 ms per connection, so 1000 cycles take about 5 min 0 s. …" */
function slowWords(eachMs: number, wholeMs: number, { cycles, concurrency, cycleTime }: Pace): string {
  const each = eachMs < 10 ? `${eachMs.toFixed(1)} ms` : `${Math.round(eachMs)} ms`;
  const inAMinute = Math.max(10, Math.floor((60_000 * concurrency) / eachMs));
  const enough = Math.min(ENOUGH, inAMinute);
  const fewer =
    cycles > enough
      ? ` -n ${enough} is enough for what leaks on every cycle.`
      : ' What leaks on every cycle shows with fewer.';
  const more = concurrency > 1 ? '' : ' If it serves several at a time, --concurrency 16 shortens that.';
  const bound =
    cycleTime && wholeMs > cycleTime.wholeMs
      ? ` The run ends after about ${formatDuration(cycleTime.leastMs)} with what was made by then; all are made with --budget ${budgetFor(wholeMs)}.`
      : '';
  return `the server takes ${each} per connection, so ${cycles} cycles take about ${formatDuration(wholeMs)}.${bound}${fewer}${more}`;
}

const ENOUGH = 100;
