import { ChurnError } from '../errors.js';
import { parseCount, parseDurationMs } from '../units.js';

/** "500ms", "5s", "2m", "1.5h": a bare number has no unit. */
export type Time = `${number}${'ms' | 's' | 'm' | 'h'}`;

/** What an option takes: as it is given, what is read from it, and how programs write it, if that is another thing. */
export interface Value<Given, Read, InProgram = Given> {
  /** What --help shows behind the option; none for a switch. */
  readonly placeholder?: string;
  /** What a shell completes it with. */
  readonly completion?: readonly string[] | 'file';
  /** May be given several times. */
  readonly repeats?: boolean;
  /** A switch that is on: what can be given is `--no-…`. */
  readonly isOn?: boolean;
  /** @throws ChurnError `usage` that names the option, what was expected and what came. */
  read(option: string, given: Given): Read;
  /** For the compiler alone. */
  readonly inProgram?: (value: InProgram) => void;
}

export const SWITCH: Value<boolean, boolean> = { read: (_, given) => given };

export const SWITCH_THAT_IS_ON: Value<boolean, boolean> = { ...SWITCH, isOn: true };

/** A whole number between the two, both included. */
export function whole(least: number, most: number, example = least): Value<string | number, number> {
  return {
    placeholder: '<n>',
    read: (option, given) => count(option, given, least, most, `${option} ${example}`),
  };
}

/** Whole numbers, for an option that may be given several times. */
export function wholes(
  ...[least, most, example]: Parameters<typeof whole>
): Value<ReadonlyArray<string | number>, number[], number | readonly number[]> {
  const { placeholder = '', read } = whole(least, most, example);
  return { placeholder, repeats: true, read: (option, given) => given.map(one => read(option, one)) };
}

/** A time between the two, both included; what is read are milliseconds. */
export function time(leastMs: number, mostMs: number): Value<string, number, Time> {
  return {
    placeholder: '<time>',
    read: (option, given) => duration(option, given, leastMs, mostMs),
  };
}

/** A text that whoever uses it takes apart. */
export function text<InProgram = string>(
  placeholder: string,
  completion?: readonly string[] | 'file',
): Value<string, string, InProgram> {
  return { placeholder, ...(completion ? { completion } : {}), read: (_, given) => given };
}

/** A text, or bytes as they are. */
export function textOrBytes(
  placeholder: string,
): Value<string | Uint8Array, string | Uint8Array, string | Uint8Array> {
  return { placeholder, read: (_, given) => given };
}

/** A text that is not empty. */
export function filled(
  placeholder: string,
  what: string,
  example: string,
  completion?: 'file',
): Value<string, string> {
  return {
    ...text(placeholder, completion),
    read: (option, given) => {
      if (given !== '') return given;
      throw usage(`${option} expects ${what}, got "".`, `For example ${option} ${example}`);
    },
  };
}

/** Texts, for an option that may be given several times. */
export function texts<InProgram = readonly string[]>(
  placeholder: string,
): Value<readonly string[], readonly string[], InProgram> {
  return { placeholder, repeats: true, read: (_, given) => given };
}

/** One of a few words. */
export function oneOf<const Word extends string>(
  placeholder: string,
  words: readonly Word[],
  said: string,
  hint: string,
): Value<string, Word, Word> {
  return {
    ...text<Word>(placeholder, words),
    read: (option, given) => {
      const known = words.find(word => word === given);
      if (known) return known;
      throw usage(`${option} expects ${said}, got ${JSON.stringify(given)}.`, hint);
    },
  };
}

/** @throws ChurnError `usage` unless it is a whole number between the two, both included. */
export function count(
  option: string,
  given: string | number,
  least: number,
  most: number,
  example = `${option} ${least}`,
): number {
  const number = parseCount(String(given));
  if (number !== undefined && number >= least && number <= most) return number;
  throw usage(
    `${option} expects a whole number from ${least} to ${most}, got ${JSON.stringify(given)}.`,
    `For example ${example}`,
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
