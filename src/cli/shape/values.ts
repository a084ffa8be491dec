import { REPORTER_NAMES } from '../../report/registry.js';
import { KINDS } from '../../verdict/kinds.js';
import { CLIENT_NAMES } from '../../workload/client-names.js';
import { PROTOCOL_NAMES } from '../../workload/protocols.js';

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
  completion: ['bash', 'zsh', 'fish'],
  render: 'file',
  compare: 'file',
};
