import { TOPIC_NAMES } from '../../guide/topics.js';
import { INSPECTING } from '../../options/inspect.js';
import { optionOf, SWITCH, type Table } from '../../options/option.js';
import { SAID } from '../../options/said.js';
import { ANSWERING, CLIENT_JUDGING, FOLLOWED, SERVED } from '../../options/serve.js';
import { CYCLES, JUDGING, START, TARGET, WATCHING } from '../../options/table.js';
import { KINDS } from '../../verdict/kinds.js';
import { COMPARED, FORMAT, OUTPUT } from '../deliveries.js';

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

const AS_JSON = { json: { value: SWITCH, help: 'print one JSON object' } } as const satisfies Table;

/** Which options a command takes, under which headings, in the order of its help. */
export const COMMAND_OPTIONS: Readonly<Record<string, Readonly<Record<string, Table>>>> = {
  run: {
    'Output:': OUTPUT,
    'Target:': TARGET,
    'A server that churn starts (-- command…):': START,
    'Cycles:': CYCLES,
    'What is said:': SAID,
    'Judging:': JUDGING,
  },
  watch: { 'Target:': TARGET, 'Output:': OUTPUT, 'Watching:': WATCHING },
  serve: {
    'Server:': SERVED,
    'How it answers:': ANSWERING,
    'Client:': FOLLOWED,
    'Judging:': CLIENT_JUDGING,
    'Output:': OUTPUT,
  },
  inspect: { 'Target:': { ...TARGET, ...AS_JSON, ...INSPECTING, color: FORMAT.color } },
  render: { 'Output:': FORMAT },
  compare: { '': COMPARED },
  demo: { '': { color: FORMAT.color } },
  clients: { '': AS_JSON },
};

function everyOption() {
  return Object.values(COMMAND_OPTIONS).flatMap(groups =>
    Object.values(groups).flatMap(table => Object.entries(table)),
  );
}

/** What can follow an option, by its long name: words, or the name of a file. Options that are not here take anything. */
export const OPTION_VALUES: Readonly<Record<string, readonly string[] | 'file'>> = Object.fromEntries(
  everyOption().flatMap(([name, { value }]) =>
    value.completion ? [[optionOf(name), value.completion]] : [],
  ),
);

/** What can follow a command. */
export const ARGUMENT_VALUES: Readonly<Record<string, readonly string[] | 'file'>> = {
  explain: KINDS,
  guide: TOPIC_NAMES,
  completion: ['bash', 'zsh', 'fish'],
  render: 'file',
  compare: 'file',
};
