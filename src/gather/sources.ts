import { ChurnError } from '../errors.js';
import { readHostFacts } from '../proc/host.js';
import { type Endpoint, formatEndpoint } from '../target/target.js';
import { Sources, sourcePorts } from '../workload/sources.js';

/** @throws ChurnError `usage` where none of these addresses can reach the server. */
export function sourcesFor(endpoint: Endpoint, addresses: readonly string[]): Sources | undefined {
  if (addresses.length === 0) return undefined;
  if (endpoint.transport === 'tcp' && endpoint.host.startsWith('127.'))
    return new Sources(addresses, sourcePorts(readHostFacts().ephemeralPorts));
  throw new ChurnError(
    'usage',
    `--source names addresses of 127.0.0.0/8, and the server is reached at ${formatEndpoint(endpoint)}.`,
    'If it also listens on 127.0.0.1, add --host 127.0.0.1; else leave out --source.',
  );
}
