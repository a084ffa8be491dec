import {
  ANSWER_MANNERS,
  type AnswerManner,
  FLAKY_MIX,
  MANNER_NAMES,
  type MannerName,
} from '../serve/manner-names.js';
import { CLIENT_KINDS, type ClientKind } from '../verdict/kinds.js';
import type { Policy } from '../verdict/policy.js';
import {
  filled,
  type Raw,
  reader,
  requireSense,
  SWITCH,
  SWITCH_THAT_IS_ON,
  size,
  type Table,
  text,
  time,
  usage,
  whole,
} from './option.js';
import { parsePayload } from './payload.js';
import { parsePolicy } from './run.js';
import { JUDGING, type RawCommand, TARGET } from './table.js';

const DAY_MS = 86_400_000;

/** The server that is played. */
export const SERVED = {
  port: {
    short: '-p',
    value: whole(1, 65_535, 9_000),
    help: 'TCP port to listen on, or auto (default: auto)',
  },
  ports: { value: whole(1, 100), default: 1, help: 'listen on this many ports, as if on as many hosts' },
  host: {
    short: '-H',
    value: filled('<address>', 'an address', '0.0.0.0'),
    default: '127.0.0.1',
    help: 'address to listen on',
  },
  http: {
    value: SWITCH,
    help: 'speak HTTP/1.1 (the default)',
    notWith: { tcp: ['--http and --tcp exclude each other.', 'Give one of them.'] },
  },
  tcp: { value: SWITCH, help: 'speak raw TCP: echo what came, or send --answer' },
  answer: {
    value: text('<data>'),
    help: 'what is said over TCP: text with \\r \\n \\xNN, or hex:…',
    needs: { tcp: ['--answer is for --tcp.', 'Over HTTP, --body says how long the answer is.'] },
  },
  body: {
    value: size(),
    default: '64B',
    help: 'length of an HTTP answer; 1MiB is more than a client buffers, and shows who does not read it',
  },
} as const satisfies Table;

/** How it answers. */
export const ANSWERING = {
  manner: { value: text('<names>'), help: `${MANNER_NAMES.join(', ')} (default: ok)` },
  delay: {
    value: time(0, 3_600_000),
    default: '1s',
    help: 'how long the manners that wait do so; alone it means --manner delay',
  },
  status: {
    value: whole(200, 599),
    default: 503,
    help: 'what the manner status answers; alone it means --manner status',
  },
  atATime: {
    value: whole(1, 1_000_000),
    help: 'connections that are served at a time; others wait (default: all)',
  },
  tls: { value: SWITCH, help: 'the same as the manner tls' },
  keepAlive: { value: SWITCH_THAT_IS_ON, help: 'the same as the manner keep-alive-off' },
  seed: {
    value: whole(0, 0xffff_ffff),
    help: 'order in which several manners are taken (default: a random one, which is printed)',
  },
} as const satisfies Table;

/** The client. */
export const FOLLOWED = {
  pid: {
    value: TARGET.pid.value,
    help: 'running client to follow, repeatable',
    notWith: { command: ['--pid and a command after -- name two clients.', 'Give one of them.'] },
  },
  duration: {
    value: time(1, DAY_MS),
    help: 'serve for this long (default: until the client ends, or SIGINT)',
  },
  requests: {
    value: whole(1, 1_000_000_000, 100),
    help: 'requests that it is to make: fewer are no pass',
  },
} as const satisfies Table;

/** What the client may do, and what comes of it. */
export const CLIENT_JUDGING = {
  maxIdle: {
    value: whole(0, 1_000_000),
    help: 'idle connections that it may keep in all (default: as many as it ever used at a time)',
  },
  maxIdlePerPort: { value: whole(0, 1_000_000), help: 'idle connections that it may keep to one port' },
  idleLimit: { value: time(1, DAY_MS), help: 'how long a connection may be idle' },
  patience: { value: time(1, DAY_MS), help: 'how long it may keep a connection on which no answer comes' },
  strict: JUDGING.strict,
  failOn: JUDGING.failOn,
  allow: JUDGING.allow,
} as const satisfies Table;

/** Every option of `serve`. */
const SERVE = { ...SERVED, ...ANSWERING, ...FOLLOWED, ...CLIENT_JUDGING } as const satisfies Table;

/** Options of `serve` as they are given. `command` is the client's; where it is empty none is started. */
export interface RawServeOptions extends Raw<typeof SERVE>, RawCommand {}

export interface ServeOptions {
  readonly host: string;
  readonly ports: ReadonlyArray<number | 'auto'>;
  readonly protocol: 'http' | 'tcp';
  /** Several are drawn at random, request by request. */
  readonly manners: readonly AnswerManner[];
  /** As they were named, for the report. */
  readonly mannerNames: readonly MannerName[];
  readonly settings: { readonly delayMs: number; readonly status: number };
  readonly keepAlive: boolean;
  readonly refuses: boolean;
  readonly tls: boolean;
  readonly body: Buffer;
  /** What is said over TCP; undefined: what came. */
  readonly answer: Buffer | undefined;
  /** So many connections are served; others are taken, and wait. */
  readonly atATime: number;
  readonly seed: number | undefined;
  readonly pids: readonly number[];
  readonly command: readonly string[];
  readonly durationMs: number | undefined;
  /** So many are to be made; undefined: nobody has said. */
  readonly requests: number | undefined;
  readonly limits: ClientLimits;
  readonly policy: Policy<ClientKind>;
}

/** What a client may do. undefined: nobody has said, so only what proves itself is held against it. */
export interface ClientLimits {
  readonly maxIdle: number | undefined;
  readonly maxIdlePerPort: number | undefined;
  readonly idleMs: number | undefined;
  readonly patienceMs: number | undefined;
}

/** @throws ChurnError `usage` that names the option, what was expected and what came. */
export function parseServeOptions(raw: RawServeOptions): ServeOptions {
  const names = parseManners(raw);
  const answers = names.filter((name): name is AnswerManner => name in ANSWER_MANNERS);
  const manners = [...answers, ...(names.includes('flaky') ? FLAKY_MIX : [])];
  const value = reader(SERVE, raw);
  const pids = value('pid') ?? [];
  const command = raw.command ?? [];
  requireSense(SERVE, {
    ...raw,
    pid: pids.length > 0 ? pids : undefined,
    command: command.length > 0 ? command : undefined,
  });
  return {
    host: value('host'),
    ports: parsePorts(raw),
    protocol: raw.tcp ? 'tcp' : 'http',
    manners: manners.length > 0 ? manners : ['ok'],
    mannerNames: names.length > 0 ? names : ['ok'],
    settings: { delayMs: value('delay'), status: value('status') },
    keepAlive: raw.keepAlive !== false && !names.includes('keep-alive-off'),
    refuses: names.includes('refuse'),
    tls: raw.tls === true || names.includes('tls'),
    body: Buffer.alloc(value('body'), 'churn '),
    answer: raw.answer === undefined ? undefined : parseAnswer(raw.answer),
    atATime: value('atATime') ?? Number.POSITIVE_INFINITY,
    seed: value('seed'),
    pids,
    command,
    durationMs: value('duration'),
    requests: value('requests'),
    limits: {
      maxIdle: value('maxIdle'),
      maxIdlePerPort: value('maxIdlePerPort'),
      idleMs: value('idleLimit'),
      patienceMs: value('patience'),
    },
    policy: parsePolicy(raw, CLIENT_KINDS, 'Those of a client are:'),
  };
}

/** `--delay` and `--status` are manners of their own, where none is named. */
function parseManners({ manner, delay, status }: RawServeOptions): MannerName[] {
  if (manner === undefined) {
    return [
      ...(delay === undefined ? [] : ['delay' as const]),
      ...(status === undefined ? [] : ['status' as const]),
    ];
  }
  return manner.split(',').map(given => {
    const name = MANNER_NAMES.find(known => known === given.trim());
    if (name) return name;
    throw usage(
      `--manner expects one of ${MANNER_NAMES.join(', ')}, got ${JSON.stringify(given)}.`,
      'Several are drawn at random: --manner ok,delay,reset --seed 7',
    );
  });
}

function parsePorts(raw: RawServeOptions): Array<number | 'auto'> {
  const value = reader(SERVE, raw);
  const many = value('ports');
  const first = raw.port === 'auto' ? undefined : value('port');
  if (first === undefined) return Array<'auto'>(many).fill('auto');
  SERVE.port.value.read('--port', first + many - 1);
  return Array.from({ length: many }, (_, index) => first + index);
}

function parseAnswer(text: string): Buffer {
  const payload = parsePayload(text);
  if ('bytes' in payload) return Buffer.from(payload.bytes);
  throw usage(`--answer: ${payload.problem}.`, payload.hint.replaceAll('--send', '--answer'));
}
