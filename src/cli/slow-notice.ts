import type { Progress } from '../gather/timeline.js';
import type { Options } from '../options/run.js';
import { formatDuration } from '../units.js';

/** What makes a run take as long as it does, other than the server. */
type Pace = Pick<
  Options,
  'cycles' | 'concurrency' | 'ratePerSecond' | 'durationMs' | 'pauseMs' | 'thorough' | 'clients'
>;

/**
 * Says once, after two seconds, that a server is so slow that the cycles will take long, and what to do about it: nobody
 * should have to wait for minutes to learn that he had to wait. Whoever has set the pace himself is told nothing.
 */
export function slowNotice(pace: Pace): (progress: Progress) => string | undefined {
  const { ratePerSecond, durationMs, pauseMs, thorough } = pace;
  const isOwnPace =
    ratePerSecond !== undefined || durationMs !== undefined || pauseMs > 0 || thorough !== undefined;
  let sinceMs: number | undefined;
  let isOver = isOwnPace || pace.clients.some(client => client === 'idle' || client === 'drip');
  return ({ phase, elapsedMs, opened = 0 }) => {
    if (isOver || (phase !== 'warm-up' && phase !== 'cycles')) return undefined;
    sinceMs ??= elapsedMs;
    const tookMs = elapsedMs - sinceMs;
    if (tookMs < SAID_AFTER_MS || opened === 0) return undefined;
    isOver = true;
    const wholeMs = (tookMs / opened) * pace.cycles;
    return wholeMs < WORTH_SAYING_MS
      ? undefined
      : slowWords((tookMs * pace.concurrency) / opened, wholeMs, pace);
  };
}

const SAID_AFTER_MS = 2_000;
const WORTH_SAYING_MS = 15_000;

/** "the server takes 300 ms per connection, so 1000 cycles take about 5 min 0 s. …" */
function slowWords(eachMs: number, wholeMs: number, { cycles, concurrency }: Pace): string {
  const each = eachMs < 10 ? `${eachMs.toFixed(1)} ms` : `${Math.round(eachMs)} ms`;
  const fewer =
    cycles > ENOUGH
      ? ` -n ${ENOUGH} is enough for what leaks on every cycle.`
      : ' What leaks on every cycle shows with fewer.';
  const more = concurrency > 1 ? '' : ' If it serves several at a time, --concurrency 16 shortens that.';
  return `the server takes ${each} per connection, so ${cycles} cycles take about ${formatDuration(wholeMs)}.${fewer}${more}`;
}

const ENOUGH = 100;
