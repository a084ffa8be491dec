import { parseReload, type Reload } from './reload.js';
import { count, duration, usage } from './values.js';

/** Options for a server that churn starts itself, as they are given. */
export interface RawStartOptions {
  /** What stands behind `--`, word by word. */
  readonly command?: readonly string[] | undefined;
  readonly readyTimeout?: string | undefined;
  readonly grace?: string | undefined;
  readonly serverLog?: string | undefined;
  readonly nofile?: string | number | undefined;
  readonly repeat?: string | number | undefined;
  readonly shutdown?: boolean | undefined;
  readonly reload?: string | undefined;
}

/** Options of any run that matter to a start. */
interface Beside {
  readonly port?: string | number | undefined;
  readonly cycles?: string | number | undefined;
  readonly duration?: string | undefined;
  readonly thorough?: boolean | undefined;
  readonly timeout?: string | undefined;
  readonly settle?: string | undefined;
}

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

export const START_DEFAULTS = { readyTimeout: '10s', grace: '5s' } as const;

/** @throws ChurnError `usage` for what does not go together; undefined where churn starts no server. */
export function parseStart(raw: RawStartOptions & Beside): Start | undefined {
  const { command } = raw;
  if (command === undefined) {
    requireCommand(raw);
    return undefined;
  }
  if (command.length === 0 || command[0] === '') {
    throw usage('There is no command behind --.', 'For example: churn --port 9000 -- ./server --port 9000');
  }
  if (raw.port === undefined && command.some(word => word.includes('{port}'))) {
    throw usage('The command has a {port}, but no port was named.', 'Add --port auto, or --port 9000.');
  }
  return {
    command,
    picksPort: raw.port === 'auto',
    readyMs: duration('--ready-timeout', raw.readyTimeout ?? START_DEFAULTS.readyTimeout, 10, 3_600_000),
    graceMs: duration('--grace', raw.grace ?? START_DEFAULTS.grace, 0, 3_600_000),
    logFile: raw.serverLog,
    openFiles: raw.nofile === undefined ? undefined : count('--nofile', raw.nofile, 8, 1_048_576),
    repeat: raw.repeat === undefined ? 1 : count('--repeat', raw.repeat, 1, 1_000),
    shutdown: raw.shutdown ?? false,
    reload: parseReload(raw),
    preset: {
      ready: raw.readyTimeout === undefined,
      grace: raw.grace === undefined,
      timeout: raw.timeout === undefined,
      settle: raw.settle === undefined,
    },
  };
}

const OPTIONS = {
  readyTimeout: '--ready-timeout',
  grace: '--grace',
  serverLog: '--server-log',
  nofile: '--nofile',
  repeat: '--repeat',
  shutdown: '--shutdown',
  reload: '--reload',
} as const satisfies Record<Exclude<keyof RawStartOptions, 'command'>, string>;

function requireCommand(raw: RawStartOptions & Pick<Beside, 'port'>): void {
  const named = Object.entries(OPTIONS).find(([name]) => raw[name as keyof typeof OPTIONS] !== undefined);
  const option = raw.port === 'auto' ? '--port auto' : named?.[1];
  if (option === undefined) return;
  throw usage(
    `${option} needs a server that churn starts itself.`,
    'Put its command behind --: churn --port auto -- ./server --port {port}',
  );
}
