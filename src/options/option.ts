import { ChurnError } from '../errors.js';
import { parseCount, parseDurationMs } from '../units.js';

/**
 * One option, and all that is known of it. Its key in a table is the name that programs give it; on a command line
 * `readyTimeout` is `--ready-timeout`. Help, completion, manual, the types of the library and the checks are made of it.
 */
export interface Row {
  readonly short?: string;
  readonly value: Value<never, unknown, never>;
  readonly help: string;
  /** Taken where nothing is given. Help tells it, unless that says something of defaults itself. */
  readonly default?: string | number;
  /** Options that it cannot go with, and why. */
  readonly notWith?: Readonly<Record<string, Refusal>>;
  /** The option without which it has no meaning. */
  readonly needs?: Readonly<Record<string, Refusal>>;
}

type Refusal = readonly [sentence: string, hint: string];

export type Table = Readonly<Record<string, Row>>;

/** The options of a table as a command line gives them; numbers may be numbers. */
export type Raw<T> = {
  readonly [Name in keyof T]?:
    | (T[Name] extends { value: Value<infer Given, unknown, never> } ? Given : never)
    | undefined;
};

/** The options of a table as a program gives them. */
export type InProgram<T> = {
  readonly [Name in keyof T]?:
    | (T[Name] extends { value: Value<never, unknown, infer Given> } ? Given : never)
    | undefined;
};

type ReadOf<R> = R extends { value: Value<never, infer Read, never> } ? Read : never;

/** undefined where nothing was given and nothing is usual. */
type Reading<R, Usual> = R extends { default: unknown }
  ? ReadOf<R>
  : ReadOf<R> | (Usual extends undefined ? undefined : never);

/** Reads one option after the other: what was given, or what is usual. */
export function reader<T extends Table>(table: T, raw: Raw<T>) {
  return <Name extends keyof T & string, Usual extends string | number | undefined = undefined>(
    name: Name,
    usual?: Usual,
  ): Reading<T[Name], Usual> => {
    const { value, default: preset } = table[name] as Row;
    const instead = usual ?? preset;
    const given = instead === undefined ? raw[name] : (raw[name] ?? instead);
    return (given === undefined ? undefined : value.read(optionOf(name), given as never)) as Reading<
      T[Name],
      Usual
    >;
  };
}

/** @throws ChurnError `usage` for an option that cannot go with another one, or has no meaning without it. */
export function requireSense(table: Table, raw: object): void {
  const isGiven = ([, value]: [string, unknown]) => value !== undefined && value !== false;
  const given = new Map(Object.entries(raw).filter(isGiven));
  for (const [name, { notWith = {}, needs = {} }] of Object.entries(table)) {
    if (!given.has(name)) continue;
    const refusal =
      Object.entries(notWith).find(([other]) => given.has(other)) ??
      Object.entries(needs).find(([other]) => !given.has(other));
    if (refusal) throw usage(...refusal[1]);
  }
}

/** The option as a command line has it. */
export function optionOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}

/** What --help says of an option. */
export function helpOf({ help, default: preset }: Row): string {
  return preset === undefined || help.includes('(default: ') ? help : `${help} (default: ${preset})`;
}

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
  /** What `--…` does, where that says more of a switch that is on than nothing. */
  readonly insisted?: string;
  /** @throws ChurnError `usage` that names the option, what was expected and what came. */
  read(option: string, given: Given): Read;
  /** For the compiler alone. */
  readonly inProgram?: (value: InProgram) => void;
}

export const SWITCH: Value<boolean, boolean> = { read: (_, given) => given };

export const SWITCH_THAT_IS_ON: Value<boolean, boolean> = { ...SWITCH, isOn: true };

/** On, off, or insisted on: `true` is not the same as nothing. */
export function switchOfThree(insisted: string): Value<boolean, boolean> {
  return { ...SWITCH_THAT_IS_ON, insisted };
}

/** A whole number between the two, both included. */
export function whole(least: number, most: number, example = least): Value<string | number, number> {
  return {
    placeholder: '<n>',
    read: (option, given) => count(option, given, least, most, `${option} ${example}`),
  };
}

/** So many threads; "auto" is made a number before it is read, by whoever knows the machine. */
export function workers(): Value<string | number, number, number | 'auto'> {
  return {
    ...whole(1, MAX_WORKERS, 4),
    placeholder: '<n|auto>',
    completion: ['auto'],
  };
}

const MAX_WORKERS = 64;

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
export function text(placeholder: string, completion?: readonly string[] | 'file'): Value<string, string> {
  return textFrom<string>(placeholder, completion);
}

/** The same, where programs write it otherwise. */
export function textFrom<InProgram>(
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

/** The same, where programs have a text alone. */
export function textOrFile(placeholder: string): Value<string | Uint8Array, string | Uint8Array, string> {
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

/** The address of a page, without a slash at its end. */
export function pageUrl(example: string): Value<string, string> {
  return {
    placeholder: '<url>',
    read: (option, given) => {
      if (/^https?:\/\//i.test(given) && URL.canParse(given)) return new URL(given).href.replace(/\/+$/, '');
      throw usage(
        `${option} expects a URL of http or https, got ${JSON.stringify(given)}.`,
        `For example ${option} ${example}`,
      );
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
    ...textFrom<Word>(placeholder, words),
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

/** Cycles per second of "100/s" or "90/m". */
export function rate(): Value<string, number, `${number}/${'s' | 'm'}`> {
  return {
    placeholder: '<n/s>',
    read: (option, given) => {
      const match = /^(\d+(?:\.\d+)?)\/(s|m)$/.exec(given.trim());
      const perSecond = match ? Number(match[1]) / (match[2] === 'm' ? 60 : 1) : 0;
      if (perSecond >= 1 / 60 && perSecond <= 100_000) return perSecond;
      throw usage(
        `${option} expects cycles per second from 1/m to 100000/s, got ${JSON.stringify(given)}.`,
        'For example --rate 100/s, --rate 90/m',
      );
    },
  };
}

/** Bytes of "64B", "4KiB", "1MiB". */
export function size(): Value<string, number> {
  return {
    placeholder: '<size>',
    read: (option, given) => {
      const [, digits, unit] = /^(\d+)(B|KiB|MiB)$/.exec(given) ?? [];
      const bytes = Number(digits) * ({ B: 1, KiB: 1_024, MiB: 1_048_576 }[unit ?? ''] ?? Number.NaN);
      if (bytes >= 2 && bytes <= MAX_BODY_BYTES) return bytes;
      throw usage(
        `${option} expects a size from 2B to 16MiB, got ${JSON.stringify(given)}.`,
        `A size has a unit: ${option} 64B, ${option} 4KiB`,
      );
    },
  };
}

const MAX_BODY_BYTES = 1 << 24;
