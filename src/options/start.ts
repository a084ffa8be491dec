import type { CYCLES } from './load.js';
import { parseReload, type Reload, type ReloadSignal } from './reload.js';
import { optionOf, type Raw, reader, requireSense, type Table } from './table.js';
import type { RawCommand, TARGET } from './target.js';
import { SWITCH, text, time, usage, whole } from './values.js';

/** A server that churn starts itself, tries and stops. */
export const START = {
  readyTimeout: {
    value: time(10, 3_600_000),
    default: '10s',
    help: 'how long it may take to listen',
  },
  grace: {
    value: time(0, 3_600_000),
    default: '5s',
    help: 'how long it may take to stop after SIGTERM',
  },
  serverLog: { value: text('<file>'), help: 'all that it writes' },
  nofile: {
    value: whole(8, 1_048_576),
    help: 'start it with so few descriptors, and drive it to that limit in the end',
  },
  reload: {
    value: text<ReloadSignal>('<signal[:every]>'),
    help: 'make it reload during the cycles: SIGHUP, SIGHUP:200 (cycles), SIGHUP:2s',
    notWith: {
      thorough: [
        '--reload does not go with --thorough, whose rows are too short for it.',
        'Use it with one --client at a time, or with several: --client fin,rst,half',
      ],
    },
  },
  shutdown: {
    value: SWITCH,
    help: 'stop it while clients churn, and judge how it does that',
  },
  repeat: {
    value: whole(1, 1_000),
    help: 'start, try and stop it so many times, until it fails',
  },
} as const satisfies Table;

/** How to start the server, and how often. */
export interface Start {
  readonly command: readonly string[];
  /** `--port auto`: a free port is picked, and told to the server. */
  readonly picksPort: boolean;
  /** Time until it has to listen. */
  readonly readyMs: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Where all of its output goes; undefined: only its end is kept. */
  readonly logFile: string | undefined;
  /** Its RLIMIT_NOFILE; undefined: as a shell would start it. */
  readonly openFiles: number | undefined;
  /** How many times it is started, tried and stopped. */
  readonly repeat: number;
  /** Whether it stops while clients churn is judged. */
  readonly shutdown: boolean;
  /** Which signal makes it reload during the judged cycles, and how often; undefined: it is not reloaded. */
  readonly reload: Reload | undefined;
  /** Times that nobody has named: what checks itself while it runs gets more of them. */
  readonly preset: Readonly<Record<'ready' | 'grace' | 'timeout' | 'settle', boolean>>;
}

type RawStart = Raw<typeof START> & RawCommand;

/** Options of any run that matter to a start. */
type Beside = Pick<Raw<typeof TARGET>, 'port'> &
  Pick<Raw<typeof CYCLES>, 'cycles' | 'duration' | 'thorough' | 'timeout'> & {
    readonly settle?: string | undefined;
  };

/** @throws ChurnError `usage` for what does not go together; undefined where churn starts no server. */
export function parseStart(raw: RawStart & Beside): Start | undefined {
  const { command } = raw;
  if (command === undefined) {
    requireNone(raw);
    return undefined;
  }
  if (command.length === 0 || command[0] === '') {
    throw usage('There is no command behind --.', 'For example: churn --port 9000 -- ./server --port 9000');
  }
  if (raw.port === undefined && command.some(word => word.includes('{port}'))) {
    throw usage('The command has a {port}, but no port was named.', 'Add --port auto, or --port 9000.');
  }
  requireSense(START, raw);
  const value = reader(START, raw);
  return {
    command,
    picksPort: raw.port === 'auto',
    readyMs: value('readyTimeout'),
    graceMs: value('grace'),
    logFile: value('serverLog'),
    openFiles: value('nofile'),
    repeat: value('repeat') ?? 1,
    shutdown: value('shutdown') ?? false,
    reload: parseReload(raw),
    preset: {
      ready: raw.readyTimeout === undefined,
      grace: raw.grace === undefined,
      timeout: raw.timeout === undefined,
      settle: raw.settle === undefined,
    },
  };
}

/** None of them has a meaning for a server that runs already. */
function requireNone(raw: RawStart & Beside): void {
  const named = Object.keys(START).find(name => raw[name as keyof typeof START] !== undefined);
  const option = raw.port === 'auto' ? '--port auto' : named && optionOf(named);
  if (option === undefined) return;
  throw usage(
    `${option} needs a server that churn starts itself.`,
    'Put its command behind --: churn --port auto -- ./server --port {port}',
  );
}
