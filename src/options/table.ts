import { usage, type Value } from './values.js';

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
  const given = new Map(Object.entries(raw).filter(([, value]) => isGiven(value)));
  for (const [name, { notWith = {}, needs = {} }] of Object.entries(table)) {
    if (!given.has(name)) continue;
    const refusal =
      Object.entries(notWith).find(([other]) => given.has(other)) ??
      Object.entries(needs).find(([other]) => !given.has(other));
    if (refusal) throw usage(...refusal[1]);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** The option as a command line has it. */
export function optionOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}

/** What --help says of an option. */
export function helpOf({ help, default: preset }: Row): string {
  return preset === undefined || help.includes('(default: ') ? help : `${help} (default: ${preset})`;
}

/** Names that have an order of old keep it; a new one comes after them. */
export function inOrder(names: readonly string[], old: readonly string[]): string[] {
  const known = new Set(names);
  return [...new Set([...old.filter(name => known.has(name)), ...names])];
}
