import type { TcpFamily } from '../proc/sockets.js';
import type { SocketPlace } from '../sampler/sockets.js';
import type { Target } from '../target/target.js';

/** Which tables to read. A listener on :: takes IPv4 too: its end then stands in tcp6, and the client's in tcp. */
export function placeOf({ endpoint, listeners }: Target): SocketPlace {
  if (endpoint.transport === 'unix') {
    // The table has the name that bind(2) was given.
    const [bound] = listeners.flatMap(listener => (listener.transport === 'unix' ? [listener.path] : []));
    return { path: bound ?? endpoint.path };
  }
  const families = new Set<TcpFamily>([endpoint.host.includes(':') ? 'tcp6' : 'tcp']);
  for (const listener of listeners) if (listener.transport === 'tcp') families.add(listener.family);
  return { port: endpoint.port, families: [...families] };
}
