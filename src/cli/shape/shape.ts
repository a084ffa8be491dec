import { TOPIC_NAMES } from '../../guide/topics.js';
import { REPORTER_NAMES } from '../../report/registry.js';
import { KINDS } from '../../verdict/kinds.js';
import { CLIENT_NAMES } from '../../workload/client-names.js';
import { PROTOCOL_NAMES } from '../../workload/script.js';

/** The command line as data: what help, completion and manual are made of. */
export interface CommandShape {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionShape[];
  readonly arguments: readonly ArgumentShape[];
  readonly commands: readonly CommandShape[];
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

/** What can follow an option, by its long name: words, or the name of a file. Options that are not here take anything. */
export const OPTION_VALUES: Readonly<Record<string, readonly string[] | 'file'>> = {
  '--client': CLIENT_NAMES,
  '--protocol': PROTOCOL_NAMES,
  '--hold-end': ['fin', 'rst'],
  '--reporter': REPORTER_NAMES,
  '--fail-on': KINDS,
  '--save': 'file',
  '--ca': 'file',
  '--unix': 'file',
};

/** What can follow a command. */
export const ARGUMENT_VALUES: Readonly<Record<string, readonly string[] | 'file'>> = {
  explain: KINDS,
  guide: TOPIC_NAMES,
  completion: ['bash', 'zsh', 'fish'],
  render: 'file',
  compare: 'file',
};
