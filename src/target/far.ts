import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ChurnError } from '../errors.js';
import type { Address } from './attach.js';
import type { Endpoint } from './target.js';

/** Why a server cannot be looked into: it lives on another machine, or nobody here has its socket. */
const FAR: readonly string[] = ['not-this-machine', 'no-such-process', 'permission', 'nothing-listens'];

/** Whether `error` says that the server has to be judged from afar. */
export function isFar(error: unknown): boolean {
  return error instanceof ChurnError && FAR.includes(error.code);
}

/** Where to connect to. @throws ChurnError when no address and port were named, or the name does not resolve. */
export async function farEndpoint({ host = '127.0.0.1', port, pids }: Address): Promise<Endpoint> {
  if (port === undefined || pids.length > 0) {
    throw new ChurnError(
      'usage',
      '--allow-remote judges a server by its address, so it needs --port, and --pid has no meaning with it.',
      'For example churn --allow-remote --host 10.0.0.2 --port 9000 --gauge http://10.0.0.2:9100/metrics',
    );
  }
  try {
    return { transport: 'tcp', host: isIP(host) ? host : (await lookup(host)).address, port };
  } catch {
    throw new ChurnError(
      'not-this-machine',
      `The host name ${JSON.stringify(host)} does not resolve.`,
      'Give an address: --host 10.0.0.2',
    );
  }
}
