/** The command line as data: what help, completion and manual are made of. */
export interface Shape {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionShape[];
  readonly arguments: readonly ArgumentShape[];
  readonly commands: readonly Shape[];
  /** What --help says below the options. */
  readonly epilogue: string;
}

export interface OptionShape {
  /** As --help writes it: "-p, --port <n>". */
  readonly flags: string;
  readonly short: string | undefined;
  readonly long: string;
  readonly takesValue: boolean;
  readonly description: string;
  readonly group: string;
}

export interface ArgumentShape {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
}
