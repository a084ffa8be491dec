import { ChurnError, type ErrorCode } from '../errors.js';
import type { Progress } from '../gather/timeline.js';
import type { RELOAD_SIGNALS } from '../options/reload.js';
import type { RawOptions } from '../options/run.js';
import type { RawWatchOptions } from '../options/watch.js';
import type { Inspection } from '../report/inspection.js';
import type { Report } from '../report/report.js';
import type { Kind } from '../verdict/finding.js';
import type { ClientName } from '../workload/client-names.js';
import type { ProtocolName } from '../workload/script.js';

/** "500ms", "5s", "2m", "1.5h": a bare number has no unit. */
export type Time = `${number}${'ms' | 's' | 'm' | 'h'}`;

/** "SIGHUP", "SIGHUP:200" (cycles), "SIGHUP:2s". */
export type ReloadSignal = `${(typeof RELOAD_SIGNALS)[number]}${'' | `:${number}` | `:${Time}`}`;

/** Options that a program writes otherwise than a command line does. */
interface OwnOptions {
  /** A server of this very process, instead of `port` or `unix`. */
  readonly server?: ListeningServer | undefined;
  readonly pid?: number | readonly number[] | undefined;
  readonly client?: ClientName | readonly ClientName[] | undefined;
  /** A text with the escapes of `--send`, or bytes as they are. A file is read by the caller. */
  readonly send?: string | Uint8Array | undefined;
  readonly expect?: string | RegExp | undefined;
  readonly protocol?: ProtocolName | undefined;
  readonly alpn?: string | readonly string[] | undefined;
  readonly failOn?: readonly Kind[] | undefined;
  readonly allow?: Readonly<Partial<Record<Kind, number>>> | undefined;
  readonly timeout?: Time | undefined;
  readonly wait?: Time | undefined;
  readonly settle?: Time | undefined;
  readonly budget?: Time | undefined;
  readonly duration?: Time | undefined;
  readonly ramp?: Time | undefined;
  readonly pause?: Time | undefined;
  /** A server to start, without a shell: the program and its arguments. It is stopped when the run is over. */
  readonly command?: readonly string[] | undefined;
  readonly readyTimeout?: Time | undefined;
  readonly grace?: Time | undefined;
  readonly reload?: ReloadSignal | undefined;
  readonly gauge?: string | readonly string[] | undefined;
  readonly rate?: `${number}/${'s' | 'm'}` | undefined;
  readonly holdEnd?: 'fin' | 'rst' | undefined;
}

/** Options of the command line by the same names, `--hold-end` as `holdEnd`; numbers may be numbers. */
export interface TestOptions extends Omit<RawOptions, keyof OwnOptions>, OwnOptions {}

/** How a run is followed and cancelled. */
export interface Following {
  /** Ends the run; the promise is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told twenty times a second how far the run is. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface RunOptions extends TestOptions, Following {}

/**
 * The options as the command line would have them.
 * @throws ChurnError `usage` for a name that is none: what was meant would not be tested.
 */
export function rawOptions(options: TestOptions): RawOptions {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(KNOWN, name) && !FOLLOWING.includes(name)) throw unknownOption(name);
  }
  const { server, pid, client, send, expect, alpn, failOn, allow, gauge, ...plain } = options;
  requireWords(options.command);
  for (const name of FOLLOWING) Reflect.deleteProperty(plain, name);
  return withoutGaps({
    ...plain,
    ...(server === undefined ? {} : addressOf(server)),
    pid: pid === undefined ? undefined : [pid].flat(),
    client: client === undefined ? undefined : [client].flat().join(','),
    send: typeof send === 'object' ? `hex:${Buffer.from(send).toString('hex')}` : send,
    expect: expect === undefined ? undefined : String(expect),
    alpn: alpn === undefined ? undefined : [alpn].flat().join(','),
    failOn: failOn?.join(','),
    gauge: gauge === undefined ? undefined : [gauge].flat(),
    allow: allow && Object.entries(allow).map(([kind, count]) => `${kind}=${count}`),
  });
}

/** There is no shell that would take a line apart. */
function requireWords(command: unknown): void {
  if (command === undefined || (Array.isArray(command) && command.every(word => typeof word === 'string')))
    return;
  throw new ChurnError(
    'usage',
    `command expects a list of words, got ${JSON.stringify(command)}.`,
    "For example command: ['./server', '--port', '{port}']",
  );
}

/** What was left undefined was not given. */
function withoutGaps(raw: RawOptions): RawOptions {
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
}

function unknownOption(name: string): ChurnError {
  const alike = Object.keys(KNOWN).find(
    known => known.toLowerCase() === name.replaceAll('-', '').toLowerCase(),
  );
  return new ChurnError(
    'usage',
    `There is no option ${JSON.stringify(name)}.`,
    alike ? `Did you mean ${alike}?` : `The options are: ${Object.keys(KNOWN).join(', ')}.`,
  );
}

const FOLLOWING: readonly string[] = ['signal', 'onProgress'] satisfies readonly (keyof Following)[];

/** Total, so that an option that is new to the command line is not forgotten here. */
const KNOWN = {
  server: true,
  port: true,
  host: true,
  unix: true,
  pid: true,
  behindProxy: true,
  allowRemote: true,
  gauge: true,
  command: true,
  readyTimeout: true,
  grace: true,
  serverLog: true,
  nofile: true,
  repeat: true,
  shutdown: true,
  reload: true,
  cycles: true,
  duration: true,
  concurrency: true,
  rate: true,
  ramp: true,
  pause: true,
  latency: true,
  hold: true,
  holdEnd: true,
  client: true,
  thorough: true,
  seed: true,
  wait: true,
  timeout: true,
  send: true,
  expect: true,
  protocol: true,
  tls: true,
  sni: true,
  alpn: true,
  ca: true,
  insecure: true,
  warmup: true,
  rounds: true,
  settle: true,
  budget: true,
  confirm: true,
  strict: true,
  failOn: true,
  allow: true,
} as const satisfies Record<keyof TestOptions, true>;

/** What the cycle child is asked to do. All that goes through the channel is JSON. */
export interface Task {
  readonly do: 'run' | 'watch' | 'inspect';
  readonly raw: RawOptions;
  /** Whether anybody wants to hear how far it is. */
  readonly follows: boolean;
  /** Growth of memory that is in doubt is told, not confirmed: that takes longer than a test may. */
  readonly inHaste: boolean;
}

export type Answer =
  | { readonly report: Report; readonly text: string }
  | { readonly inspection: Inspection }
  | { readonly refusal: Refusal };

/** A ChurnError on its way. */
interface Refusal {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly hint: string;
}

/** What the child says. An answer is the last thing. */
export type ChildMessage = { readonly progress: Progress } | { readonly answer: Answer };

/** What it is told while it works. */
export type ChildCommand = { readonly task: Task } | 'stop';

/** What servers of node:net, node:http, node:https, node:tls and node:http2 have in common. */
export interface ListeningServer {
  address(): string | { readonly address: string; readonly port: number } | null;
}

/** @throws ChurnError `nothing-listens` for a server that does not listen. */
export function addressOf(server: ListeningServer): Pick<RawOptions, 'port' | 'host' | 'unix'> {
  const address = server.address();
  if (address === null) {
    throw new ChurnError(
      'nothing-listens',
      'The server does not listen.',
      "Wait for it first: server.listen(0); await once(server, 'listening')",
    );
  }
  if (typeof address === 'string') return { unix: address };
  const { port } = address;
  return isWildcard(address.address) ? { port } : { port, host: address.address };
}

function isWildcard(address: string): boolean {
  return address === '::' || address === '0.0.0.0';
}

/** Options of `churn watch`: `command` is the load here. Without one, `duration` says how long others are watched. */
export interface WatchOptions
  extends Pick<TestOptions, 'server' | Exclude<keyof RawWatchOptions, keyof Following>>,
    Following {}

/**
 * The options of watch() as the command line would have them.
 * @throws ChurnError `usage` for a name that is none, and for what only a run does.
 */
export function rawWatchOptions(options: WatchOptions): RawOptions {
  const raw = rawOptions(options);
  const other = Object.keys(raw).find(name => !Object.hasOwn(WATCHED, name));
  if (other === undefined) return raw;
  throw new ChurnError(
    'usage',
    `${other} is an option of run(), and watch() makes no connections.`,
    `The options of watch() are: server, ${Object.keys(WATCHED).join(', ')}.`,
  );
}

/** Total, so that an option that is new to `churn watch` is not forgotten here. */
const WATCHED = {
  port: true,
  host: true,
  unix: true,
  pid: true,
  behindProxy: true,
  command: true,
  duration: true,
  settle: true,
  budget: true,
  confirm: true,
  strict: true,
  failOn: true,
  allow: true,
  gauge: true,
} as const satisfies Record<keyof RawWatchOptions, true>;
