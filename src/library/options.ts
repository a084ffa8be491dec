import { ChurnError, type ErrorCode } from '../errors.js';
import type { Progress } from '../gather/timeline.js';
import type { InProgram } from '../options/option.js';
import type { RawOptions } from '../options/run.js';
import { type RawCommand, RUN, TARGET, type WATCH, WATCHING } from '../options/table.js';
import type { RawWatchOptions } from '../options/watch.js';
import type { Inspection } from '../report/inspection.js';
import type { Report } from '../report/report.js';

/** Where a program finds its server, beside what a command line knows. */
interface OwnOptions extends RawCommand {
  /** A server of this very process, instead of `port` or `unix`. */
  readonly server?: ListeningServer | undefined;
}

/** Options of the command line by the same names, `--hold-end` as `holdEnd`; numbers may be numbers. */
export interface TestOptions extends InProgram<typeof RUN>, OwnOptions {}

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
    if (!KNOWN.includes(name) && !FOLLOWING.includes(name)) throw unknownOption(name);
  }
  const { server, pid, client, send, expect, alpn, failOn, allow, gauge, path, header, ...plain } = options;
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
    path: path === undefined ? undefined : [path].flat(),
    header: header === undefined ? undefined : [header].flat(),
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
  const alike = KNOWN.find(known => known.toLowerCase() === name.replaceAll('-', '').toLowerCase());
  return new ChurnError(
    'usage',
    `There is no option ${JSON.stringify(name)}.`,
    alike ? `Did you mean ${alike}?` : `The options are: ${KNOWN.join(', ')}.`,
  );
}

const FOLLOWING: readonly string[] = ['signal', 'onProgress'] satisfies readonly (keyof Following)[];

const KNOWN = ['server', 'command', ...Object.keys(RUN)];

/** Those of watch(), which has some that no run has. */
const WATCHED = [...Object.keys(TARGET), 'command', ...Object.keys(WATCHING)];

/** What the cycle child is asked to do. All that goes through the channel is JSON. */
export interface Task {
  readonly do: 'run' | 'watch' | 'inspect';
  readonly raw: RawOptions & Pick<RawWatchOptions, 'stage'>;
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
export interface WatchOptions extends InProgram<typeof WATCH>, OwnOptions, Following {}

/**
 * The options of watch() as the command line would have them.
 * @throws ChurnError `usage` for a name that is none, and for what only a run does.
 */
export function rawWatchOptions({ stage, ...options }: WatchOptions): RawWatchOptions {
  const raw = rawOptions(options);
  const other = Object.keys(raw).find(name => !WATCHED.includes(name));
  if (other === undefined) return stage === undefined ? raw : { ...raw, stage: String(stage) };
  throw new ChurnError(
    'usage',
    `${other} is an option of run(), and watch() makes no connections.`,
    `The options of watch() are: server, ${WATCHED.join(', ')}.`,
  );
}
