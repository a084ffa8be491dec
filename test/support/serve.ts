import assert from 'node:assert/strict';
import { join } from 'node:path';
import { canIsolate, OWN_NETWORK } from '../exam/network.js';
import { churn, parseReport } from './churn.js';

export const CLIENTS = new URL('../../../test/clients/', import.meta.url).pathname;
export const TWENTY = { env: { REQUESTS: '20', PAUSE_MS: '20', LINGER_MS: '1500' } };

export const node = (name: string, ...args: string[]) => [
  process.execPath,
  join(CLIENTS, 'node', `${name}.mjs`),
  ...args,
];
export const python = (name: string, ...args: string[]) => [
  '/usr/bin/python3',
  join(CLIENTS, 'python', `${name}.py`),
  ...args,
];

/** In a network of its own: what other tests leave in TIME_WAIT would make each look at the kernel's tables slow. */
const network = canIsolate().then(can => (can ? { through: OWN_NETWORK } : {}));

/** What `churn serve` says of a client. `--json` belongs to churn, so it stands before the command. */
export async function judged(
  options: readonly string[],
  client: readonly string[],
  env: Record<string, string> = {},
) {
  const outcome = await churn(['serve', ...options, '--json', '--', ...client], { env, ...(await network) });
  return { ...outcome, report: parseReport(outcome.stdout) };
}

/**
 * Holds the kinds that fail, the exit status and the proof against what is right for this client. Where the server had to
 * wait for a CPU and therefore decided nothing it is asked again, as its user would: an answer it has to give.
 */
export async function isJudged(...[, options, client, fails, env]: ServeCase): Promise<void> {
  const ask = () => judged(options, client, { ...TWENTY.env, ...env });
  let { report, status } = await ask();
  for (let again = 0; again < MOST_AGAIN && report.summary.endsWith('as this server lacked CPU'); again++)
    ({ report, status } = await ask());
  assert.deepEqual(
    report.findings.map(({ kind }) => kind),
    fails,
    report.summary,
  );
  assert.equal(status, fails.length > 0 ? 1 : 0);
  assert.equal(report.clean, fails.length === 0, `${report.summary}\n${report.notes.join('\n')}`);
}

const MOST_AGAIN = 5;

export type ServeCase = readonly [
  what: string,
  options: readonly string[],
  client: readonly string[],
  fails: readonly string[],
  env?: Record<string, string>,
];

/** Long enough to be looked at, also where the kernel's tables are long and others have the CPU. */
export const STAYS = { LINGER_MS: '4000' };
