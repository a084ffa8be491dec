import { ChurnError } from '../errors.js';
import type { Report } from '../report/report.js';
import { addressOf, type ListeningServer, type RunOptions, rawOptions } from './options.js';
import { runAndTell } from './run.js';

/** A server of this process, a port, an address such as http://127.0.0.1:3000, a path of a Unix socket, or options. */
export type Served = ListeningServer | number | string | Pick<RunOptions, 'port' | 'host' | 'unix' | 'pid'>;

export interface Survival {
  /** The verdict was pass; or undecided, unless `strict`. */
  readonly survived: boolean;
  readonly report: Report;
  /** The report as text. */
  readonly text: string;
}

/**
 * What all assertions stand on. A test has a time limit, often of 5 s: waiting for the server to close (`settle`) takes
 * 2 s at most, and making sure (`budget`) the same, without the heap of a runtime, unless options say otherwise.
 *
 * @throws ChurnError when nothing could be tested: that is neither survival nor its opposite.
 */
export async function survivalOf(served: unknown, options: RunOptions = {}): Promise<Survival> {
  const all = { ...HASTE, ...whereIs(served), ...options };
  const { report, text } = await runAndTell(all, options.budget === undefined);
  const survived = report.verdict === 'pass' || (report.verdict === 'undecided' && !options.strict);
  return { survived, report, text };
}

function whereIs(served: unknown): RunOptions {
  if (typeof served === 'number') return { port: served };
  if (typeof served === 'string')
    return /^[a-z][a-z+.-]*:\/\//i.test(served) ? fromUrl(served) : { unix: served };
  if (isServer(served)) return addressOf(served);
  if (typeof served === 'object' && served !== null && ADDRESSES.some(name => name in served)) {
    rawOptions(served);
    return served;
  }
  throw new ChurnError(
    'usage',
    'What is to survive is a server, a port, an address such as http://127.0.0.1:3000, the path of a Unix socket, or an object with port or pid.',
    'For example await expect(server).toSurviveChurn({ cycles: 1000 })',
  );
}

function fromUrl(text: string): RunOptions {
  const { hostname, port, protocol } = new URL(text);
  const usual = protocol === 'https:' ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

function isServer(served: unknown): served is ListeningServer {
  return typeof (served as ListeningServer | null)?.address === 'function';
}

const ADDRESSES = ['port', 'unix', 'pid'] as const;
const HASTE = { settle: '2s', budget: '2s' } as const satisfies RunOptions;

/** What `expect.extend` of vitest and of jest take alike. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * `await expect(server).toSurviveChurn({ cycles: 1000 })`. The message of a failure is the whole report. What could not
 * be tested rejects, also behind `.not`.
 */
export async function toSurviveChurn(received: unknown, options?: RunOptions): Promise<MatcherResult> {
  const { survived, text } = await survivalOf(received, options);
  const wanted = survived ? 'not to survive churn, and it did' : 'to survive churn';
  return { pass: survived, message: () => `expected the server ${wanted}:\n\n${text}` };
}
