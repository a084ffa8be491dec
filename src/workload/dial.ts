import { connect, type Socket } from 'node:net';
import type { Cycle } from './cycle.js';
import type { Sources } from './sources.js';

/** Where to connect to; the stage before has made it numeric. */
export type Destination =
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number }
  | { readonly transport: 'unix'; readonly path: string; readonly file?: string };

/**
 * A raw connection that has begun. Where no source was named, `localAddress` is left to the kernel: choosing it alone
 * makes Node bind without IP_BIND_ADDRESS_NO_PORT, and ports in TIME_WAIT are then not reused.
 */
export function dial(destination: Destination, sources?: Sources): Socket {
  if (destination.transport === 'unix')
    return connect({ path: destination.file ?? socketName(destination.path) });
  const { host, port } = destination;
  return connect({ host, port, autoSelectFamily: false, ...sources?.next() });
}

/** An abstract name begins with a NUL, and may be padded with them; the kernel's table writes "@" for each. */
function socketName(path: string): string {
  return path.startsWith('@') ? path.replace(/^@|@+$/g, nuls => '\0'.repeat(nuls.length)) : path;
}

/**
 * With nobody listening on a port of the ephemeral range a connect can meet itself: the kernel picks the very port as
 * the local one, and the handshake is with ourselves (18 of 200 in a small range). It means "refused".
 */
export function isSelfConnected(socket: Socket, destination: Destination): boolean {
  return (
    destination.transport === 'tcp' &&
    socket.localPort === destination.port &&
    socket.localAddress === socket.remoteAddress
  );
}

/** What becomes of a cycle's socket; `closed` is called once, at the very end. */
interface Events {
  readonly connected: () => void;
  readonly ended: () => void;
  readonly closed: () => void;
}

/**
 * Follows the socket of a cycle. When the backlog is full, a Unix socket answers a connect(2) that does not block with
 * EAGAIN, where a TCP socket drops the SYN and one that blocks would have waited: it is tried again until the cycle's
 * deadline. Where somebody else has the local port of a named source, the next port is tried.
 */
export function open(cycle: Cycle, destination: Destination, events: Events, sources?: Sources): void {
  cycle.socket
    .on('connect', events.connected)
    .on('end', events.ended)
    .on('error', (error: NodeJS.ErrnoException) => {
      cycle.error ??= error.code ?? error.message;
    })
    .on('close', () => {
      const canRetry = sources?.isTaken(cycle.error) || cycle.error === FULL_BACKLOG;
      if (cycle.connected || !canRetry) events.closed();
      else openAgain(cycle, destination, events, sources);
    });
}

function openAgain(cycle: Cycle, destination: Destination, events: Events, sources?: Sources): void {
  cycle.error = undefined;
  setTimeout(() => {
    // The deadline or an interrupt came meanwhile.
    if (cycle.error !== undefined) return events.closed();
    cycle.socket = dial(destination, sources);
    open(cycle, destination, events, sources);
  }, RETRY_MS);
}

const FULL_BACKLOG = 'EAGAIN';
const RETRY_MS = 1;
