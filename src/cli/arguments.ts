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
