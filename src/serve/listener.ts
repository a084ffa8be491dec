import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { ChurnError } from '../errors.js';

/** A port that clients can come to. It can be shut and opened again; connections that there are go on. */
export interface Listener {
  readonly port: number;
  /** Nobody listens for so long: connections are refused. `afterwards`: it listens again. */
  shutFor(ms: number, afterwards: () => void): void;
  close(): void;
}

/** @throws ChurnError `usage` when the port or the address cannot be had. */
export async function listen(
  host: string,
  wanted: number | 'auto',
  autoPorts: readonly [number, number],
  onConnection: (socket: Socket, port: number) => void,
): Promise<Listener> {
  let port = 0;
  // noDelay: the second half of an answer would wait for the client's delayed ACK of the first.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => onConnection(socket, port));
  for (let attempt = 0; port === 0; attempt++) {
    const tried = wanted === 'auto' ? drawn(autoPorts) : wanted;
    try {
      server.listen({ host, port: tried, backlog: BACKLOG });
      await once(server, 'listening');
      port = tried;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (wanted === 'auto' && code === 'EADDRINUSE' && attempt < 50) continue;
      throw unavailable(host, tried, code ?? String(error));
    }
  }
  server.on('error', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  return {
    port,
    shutFor: (ms, afterwards) => {
      if (timer) return;
      server.close();
      timer = setTimeout(() => {
        timer = undefined;
        server.once('listening', afterwards).listen({ host, port, backlog: BACKLOG });
      }, ms);
    },
    close: () => {
      clearTimeout(timer);
      if (server.listening) server.close();
    },
  };
}

function drawn([low, high]: readonly [number, number]): number {
  return low + Math.floor(Math.random() * Math.max(1, high - low));
}

function unavailable(host: string, port: number, code: string): ChurnError {
  const why =
    { EADDRINUSE: 'somebody listens there already', EACCES: 'ports below 1024 are for root' }[code] ?? code;
  return new ChurnError(
    'usage',
    `${host}:${port} cannot be listened on: ${why}.`,
    'Take another port, or --port auto.',
  );
}

/** The kernel cuts it to net.core.somaxconn. */
const BACKLOG = 4_096;
