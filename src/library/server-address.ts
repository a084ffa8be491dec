import { ChurnError } from '../errors.js';
import type { RawOptions } from '../options.js';

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
