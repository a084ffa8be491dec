import {
  ANSWER_MANNERS,
  type AnswerManner,
  FLAKY_MIX,
  MANNER_NAMES,
  type MannerName,
} from '../serve/manner-names.js';
import { CLIENT_KINDS, type ClientKind } from '../verdict/kinds.js';
import { parsePayload } from './payload.js';
import { count, duration, usage } from './values.js';

/** Options of `serve` as they are given. */
export interface RawServeOptions {
  readonly port?: string | number | undefined;
  readonly ports?: string | number | undefined;
  readonly host?: string | undefined;
  readonly http?: boolean | undefined;
  readonly tcp?: boolean | undefined;
  readonly manner?: string | undefined;
  readonly delay?: string | undefined;
  readonly status?: string | number | undefined;
  readonly tls?: boolean | undefined;
  readonly keepAlive?: boolean | undefined;
  readonly body?: string | undefined;
  readonly answer?: string | undefined;
  readonly atATime?: string | number | undefined;
  readonly seed?: string | number | undefined;
  readonly pid?: ReadonlyArray<string | number> | undefined;
  readonly duration?: string | undefined;
  readonly maxIdle?: string | number | undefined;
  readonly maxIdlePerPort?: string | number | undefined;
  readonly idleLimit?: string | undefined;
  readonly patience?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly failOn?: string | undefined;
  readonly allow?: readonly string[] | undefined;
  /** The client's command; empty: none is started. */
  readonly command?: readonly string[] | undefined;
}

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
  readonly limits: ClientLimits;
  readonly policy: ClientPolicy;
}

/** What a client may do. undefined: nobody has said, so only what proves itself is held against it. */
export interface ClientLimits {
  readonly maxIdle: number | undefined;
  readonly maxIdlePerPort: number | undefined;
  readonly idleMs: number | undefined;
  readonly patienceMs: number | undefined;
}

export interface ClientPolicy {
  readonly strict: boolean;
  readonly failOn: readonly ClientKind[] | undefined;
  readonly allow: Readonly<Partial<Record<ClientKind, number>>>;
}

export const SERVE_DEFAULTS = { delay: '1s', status: 503, body: '64B', host: '127.0.0.1' } as const;

/** @throws ChurnError `usage` that names the option, what was expected and what came. */
export function parseServeOptions(raw: RawServeOptions): ServeOptions {
  const names = parseManners(raw);
  const answers = names.filter((name): name is AnswerManner => name in ANSWER_MANNERS);
  const manners = [...answers, ...(names.includes('flaky') ? FLAKY_MIX : [])];
  const pids = (raw.pid ?? []).map(pid => count('--pid', pid, 1, 4_194_304));
  const command = raw.command ?? [];
  if (raw.http && raw.tcp) throw usage('--http and --tcp exclude each other.', 'Give one of them.');
  if (pids.length > 0 && command.length > 0)
    throw usage('--pid and a command after -- name two clients.', 'Give one of them.');
  if (raw.answer !== undefined && !raw.tcp)
    throw usage('--answer is for --tcp.', 'Over HTTP, --body says how long the answer is.');
  if (raw.host === '') throw usage('--host expects an address, got "".', 'For example --host 0.0.0.0');
  return {
    host: raw.host ?? SERVE_DEFAULTS.host,
    ports: parsePorts(raw),
    protocol: raw.tcp ? 'tcp' : 'http',
    manners: manners.length > 0 ? manners : ['ok'],
    mannerNames: names.length > 0 ? names : ['ok'],
    settings: {
      delayMs: duration('--delay', raw.delay ?? SERVE_DEFAULTS.delay, 0, 3_600_000),
      status: count('--status', raw.status ?? SERVE_DEFAULTS.status, 200, 599),
    },
    keepAlive: raw.keepAlive !== false && !names.includes('keep-alive-off'),
    refuses: names.includes('refuse'),
    tls: raw.tls === true || names.includes('tls'),
    body: Buffer.alloc(parseSize('--body', raw.body ?? SERVE_DEFAULTS.body), 'churn '),
    answer: raw.answer === undefined ? undefined : parseAnswer(raw.answer),
    atATime:
      raw.atATime === undefined ? Number.POSITIVE_INFINITY : count('--at-a-time', raw.atATime, 1, 1_000_000),
    seed: raw.seed === undefined ? undefined : count('--seed', raw.seed, 0, 0xffff_ffff),
    pids,
    command,
    durationMs: optional('--duration', raw.duration, 86_400_000),
    limits: {
      maxIdle: raw.maxIdle === undefined ? undefined : count('--max-idle', raw.maxIdle, 0, 1_000_000),
      maxIdlePerPort:
        raw.maxIdlePerPort === undefined
          ? undefined
          : count('--max-idle-per-port', raw.maxIdlePerPort, 0, 1_000_000),
      idleMs: optional('--idle-limit', raw.idleLimit, 86_400_000),
      patienceMs: optional('--patience', raw.patience, 86_400_000),
    },
    policy: parsePolicy(raw),
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

function parsePorts({ port, ports }: RawServeOptions): Array<number | 'auto'> {
  const many = count('--ports', ports ?? 1, 1, 100);
  if (port === undefined || port === 'auto') return Array<'auto'>(many).fill('auto');
  const first = count('--port', port, 1, 65_535);
  count('--port', first + many - 1, 1, 65_535);
  return Array.from({ length: many }, (_, index) => first + index);
}

function optional(option: string, given: string | undefined, mostMs: number): number | undefined {
  return given === undefined ? undefined : duration(option, given, 1, mostMs);
}

/** Bytes of "64B", "4KiB", "1MiB". */
function parseSize(option: string, given: string): number {
  const [, digits, unit] = /^(\d+)(B|KiB|MiB)$/.exec(given) ?? [];
  const bytes = Number(digits) * ({ B: 1, KiB: 1_024, MiB: 1_048_576 }[unit ?? ''] ?? Number.NaN);
  if (bytes >= 2 && bytes <= MAX_BODY_BYTES) return bytes;
  throw usage(
    `${option} expects a size from 2B to 16MiB, got ${JSON.stringify(given)}.`,
    `A size has a unit: ${option} 64B, ${option} 4KiB`,
  );
}

function parseAnswer(text: string): Buffer {
  const payload = parsePayload(text);
  if ('bytes' in payload) return Buffer.from(payload.bytes);
  throw usage(`--answer: ${payload.problem}.`, payload.hint.replaceAll('--send', '--answer'));
}

function parsePolicy({ failOn, allow = [], strict = false }: RawServeOptions): ClientPolicy {
  const allowed: Partial<Record<ClientKind, number>> = {};
  for (const rule of allow) {
    const [name = '', ...numbers] = rule.split('=');
    allowed[kind('--allow', name)] = count(`--allow ${name}`, numbers.join('='), 0, Number.MAX_SAFE_INTEGER);
  }
  return { strict, failOn: failOn?.split(',').map(name => kind('--fail-on', name.trim())), allow: allowed };
}

function kind(option: string, name: string): ClientKind {
  const known = CLIENT_KINDS.find(candidate => candidate === name);
  if (known) return known;
  throw usage(
    `${option} expects a kind of finding, got ${JSON.stringify(name)}.`,
    `Those of a client are: ${CLIENT_KINDS.join(', ')}.`,
  );
}

const MAX_BODY_BYTES = 1 << 24;
