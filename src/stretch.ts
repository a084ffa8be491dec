import type { Options } from './options.js';
import type { Start } from './start-options.js';
import { formatDuration } from './units.js';

/** valgrind is known by its name before the server has begun; it takes seconds to begin. */
export function stretchStart(start: Start): Start {
  const isSlow = start.preset.ready && start.command.some(word => /(^|\/)valgrind(\.bin)?$/.test(word));
  return isSlow ? { ...start, readyMs: start.readyMs * FACTOR } : start;
}

/** A server that checks itself while it runs is slower by as much; a time that the user has named stays. */
export function stretchTimes(options: Options, start: Start): readonly [Options, Start] {
  const { preset } = start;
  const stretch = (ms: number, isPreset: boolean) => (isPreset ? ms * FACTOR : ms);
  return [
    {
      ...options,
      timeoutMs: stretch(options.timeoutMs, preset.timeout),
      settleMs: stretch(options.settleMs, preset.settle),
    },
    { ...start, graceMs: stretch(start.graceMs, preset.grace) },
  ];
}

/** What the reader is told of it. */
export function stretchNote(checker: string, { timeoutMs, settleMs }: Options, { graceMs }: Start): string {
  return `The server runs with ${checker === 'valgrind' ? 'valgrind' : `a ${checker}`}, which makes it slow. Times that nobody named are four times as long: ${formatDuration(timeoutMs)} for a cycle (--timeout), ${formatDuration(settleMs)} to settle (--settle), ${formatDuration(graceMs)} to stop (--grace).`;
}

/** valgrind slows a program down by 10 to 50 times, a sanitizer by 2; what is waited for is only in part their work. */
const FACTOR = 4;
