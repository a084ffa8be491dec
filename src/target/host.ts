import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ChurnError } from '../errors.js';

/**
 * The numeric address of a host name, which must be one of this machine: only here can be seen what the server holds.
 * @throws ChurnError for a name that does not resolve or an address of another machine.
 */
export async function localHost(host: string): Promise<string> {
  const address = isIP(host) ? host : await resolve(host);
  const own = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const isOwn =
    address.startsWith('127.') || address === '::1' || own.some(candidate => candidate.address === address);
  if (isOwn) return address;
  throw new ChurnError(
    'not-this-machine',
    `${host === address ? host : `${host} (${address})`} is not an address of this machine, so what the server holds cannot be seen from here.`,
    'Run churn on the machine where the server runs, or judge it by numbers that it exposes: --allow-remote --gauge URL#NAME.',
  );
}

async function resolve(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch {
    throw new ChurnError(
      'not-this-machine',
      `The host name ${JSON.stringify(host)} does not resolve.`,
      'Give an address of this machine: --host 127.0.0.1',
    );
  }
}
