import { ChurnError } from '../errors.js';
import { readHostFacts } from '../proc/host.js';
import { type Endpoint, formatEndpoint } from '../target/target.js';
import { Sources } from '../workload/sources.js';

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

/**
 * Local ports for connections from a named address: below those that connect(2) picks by itself. A port that was bound is
 * passed over by connect(2) for whoever asks, from whatever address, until the last TIME_WAIT of it is over: 28 000 cycles
 * left no port to anybody for a minute.
 */
export function sourcePorts([first, last]: readonly [number, number]): readonly [number, number] {
  return first >= 2 * LOWEST ? [LOWEST, first - 1] : [first, last];
}

const LOWEST = 10_000;
