import { ChurnError } from '../errors.js';
import { parseCount, parseDurationMs } from '../units.js';

/** @throws ChurnError `usage` unless it is a whole number between the two, both included. */
export function count(option: string, given: string | number, least: number, most: number): number {
  const number = parseCount(String(given));
  if (number !== undefined && number >= least && number <= most) return number;
  throw usage(
    `${option} expects a whole number from ${least} to ${most}, got ${JSON.stringify(given)}.`,
    EXAMPLES[option] ?? `For example ${option}${option.startsWith('--allow') ? '=10' : ` ${least}`}`,
  );
}

/** Milliseconds. @throws ChurnError `usage` unless it is a time between the two, both included. */
export function duration(option: string, given: string, leastMs: number, mostMs: number): number {
  const ms = parseDurationMs(given);
  if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
  throw usage(
    `${option} expects a time from ${leastMs}ms to ${mostMs / 1_000}s, got ${JSON.stringify(given)}.`,
    `A time has a unit: ${option} 500ms, ${option} 5s, ${option} 2m`,
  );
}

export function usage(sentence: string, hint: string): ChurnError {
  return new ChurnError('usage', sentence, hint);
}

const EXAMPLES: Readonly<Record<string, string>> = {
  '--port': 'For example --port 9000',
  '--cycles': 'For example --cycles 1000',
  '--concurrency': 'For example --concurrency 16',
  '--pid': 'For example --pid 4242',
  '--hold': 'For example --hold 100',
};

export type Sanitizer = 'address' | 'hwaddress' | 'leak' | 'thread' | 'memory' | 'undefined';

/** How valgrind was called. */
export interface ValgrindOptions {
  readonly tool: string;
  readonly isQuiet: boolean;
  readonly isXml: boolean;
  readonly leakCheck: 'no' | 'summary' | 'full';
  readonly errorExitCode: number;
  /** It sends its report to somebody over the network. */
  readonly toSocket: boolean;
}

/** A process of the server that is watched by a checker of its own. */
export interface CheckedProcess {
  /** As it knows itself: in its own namespace. */
  readonly pid: number;
  /** The one whose exit status is known. */
  readonly isFirst: boolean;
  readonly sanitizers: readonly Sanitizer[];
  readonly valgrind: ValgrindOptions | undefined;
  /** It lived until it was stopped; otherwise its end is no matter of the stop. */
  readonly wasStopped: boolean;
  /** What its options say of the leak check, and the status that they name for its reports. */
  readonly leaksSwitchedOff: boolean;
  readonly reportStatus: number | undefined;
  /** Nothing that it writes can be read: its stderr leads elsewhere. */
  readonly isMute: boolean;
}
