import { isIP } from 'node:net';

/** Arguments of ours, and the command behind `--`, word by word; undefined where there is no `--`. */
export interface Arguments {
  readonly own: readonly string[];
  readonly command: readonly string[] | undefined;
}

/** Split before anything is parsed, so that an option of the command is never taken for one of ours. */
export function splitArguments(argv: readonly string[]): Arguments {
  const at = argv.indexOf('--');
  return at < 0 ? { own: argv, command: undefined } : { own: argv.slice(0, at), command: argv.slice(at + 1) };
}

/**
 * `-H 'Name: value'` as `--header`: it is the short form of `--host` of old, and what everybody types for a header. No
 * address has a colon but one of IPv6.
 */
export function withHeaders(argv: readonly string[]): string[] {
  return argv.map((word, index) => (word === '-H' && isHeader(argv[index + 1] ?? '') ? '--header' : word));
}

function isHeader(text: string): boolean {
  return text.includes(':') && isIP(text) === 0;
}
