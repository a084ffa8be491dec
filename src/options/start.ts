import { count, duration, optionOf, type Raw, reader, requireSense, usage } from './option.js';
import { CYCLES, type JUDGING, type RawCommand, RELOAD_SIGNALS, START, type TARGET } from './table.js';

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

/** How a server that was started is made to reload while clients churn. */
export interface Reload {
  readonly signal: (typeof RELOAD_SIGNALS)[number];
  /** Either is undefined: so many judged cycles, or so much time, between two signals. */
  readonly everyCycles: number | undefined;
  readonly everyMs: number | undefined;
}

type RawStart = Raw<typeof START> & RawCommand;

/** Options of any run that matter to a start. */
type Beside = Pick<Raw<typeof TARGET>, 'port'> &
  Pick<Raw<typeof CYCLES>, 'cycles' | 'duration' | 'thorough' | 'timeout'> &
  Pick<Raw<typeof JUDGING>, 'settle'>;

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

/** "SIGHUP", "SIGHUP:200" (cycles), "SIGHUP:500ms". */
function parseReload(raw: RawStart & Beside): Reload | undefined {
  if (raw.reload === undefined) return undefined;
  const [name = '', every, more] = raw.reload.split(':');
  const signal = RELOAD_SIGNALS.find(known => known === name || known === `SIG${name}`);
  if (signal === undefined || more !== undefined) {
    throw usage(
      `--reload expects ${RELOAD_SIGNALS.join(', ')}, and behind a colon how often, got ${JSON.stringify(raw.reload)}.`,
      EXAMPLE,
    );
  }
  return { signal, ...frequencyOf(every, raw) };
}

function frequencyOf(
  every: string | undefined,
  raw: RawStart & Beside,
): Pick<Reload, 'everyCycles' | 'everyMs'> {
  if (every === undefined && raw.duration !== undefined) return { everyCycles: undefined, everyMs: 1_000 };
  if (every !== undefined && !/^\d+$/.test(every)) {
    return { everyCycles: undefined, everyMs: duration('--reload SIGNAL:', every, 100, 3_600_000) };
  }
  const cycles = raw.duration === undefined ? Number(raw.cycles ?? CYCLES.cycles.default) : MOST_CYCLES;
  const usual = Math.max(1, Math.min(USUAL_CYCLES, Math.floor(cycles / MIN_RELOADS)));
  const everyCycles = every === undefined ? usual : count('--reload SIGNAL:', every, 1, MOST_CYCLES);
  if (everyCycles > cycles) {
    throw usage(
      `--reload ${raw.reload} would never be sent: there are only ${cycles} cycles.`,
      `Take fewer between two signals: --reload SIGHUP:${usual}`,
    );
  }
  return { everyCycles, everyMs: undefined };
}

const EXAMPLE = 'For example --reload SIGHUP, --reload SIGHUP:500 (cycles), --reload SIGHUP:2s';
const USUAL_CYCLES = 200;
/** What stays behind has to recur to be accused. */
const MIN_RELOADS = 5;
const MOST_CYCLES = 1_000_000_000;
