import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
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

/**
 * Speaks TLS on a connection, with a certificate that no client should take. `talk` gets what is spoken inside,
 * `refused` is called when the handshake fails: that is what a careful client makes of it.
 */
export function encrypted(socket: Socket, talk: (talks: Socket) => void, refused: () => void): void {
  context ??= createSecureContext({ key: KEY, cert: CERTIFICATE });
  const talks = new TLSSocket(socket, { isServer: true, secureContext: context });
  const failed = () => {
    talks
      .off('error', failed)
      .off('close', failed)
      .on('error', () => undefined);
    refused();
    talks.destroy();
  };
  talks.on('error', failed).on('close', failed);
  talks.once('secure', () => {
    talks.off('error', failed).off('close', failed);
    talk(talks);
  });
}

let context: ReturnType<typeof createSecureContext> | undefined;

/** Known to everybody, and good for nothing: valid for the first day of 2020, for nobody.invalid, signed by itself. */
const KEY = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIEbmqvTQmjl5SffyNkt7XhSk5Qg4dc/YD0Y7puO0gQEBoAoGCCqGSM49
AwEHoUQDQgAE9LgzUKmXB0MeZVzM03i8BRKKCFBOXHL7FcQ3g7xH83gilFcRxOgu
3JCLvPkT2Cd2yDNNmO7FOmVc5dBMmbkgNw==
-----END EC PRIVATE KEY-----
`;

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBGDCBwAIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5ub2JvZHkuaW52YWxp
ZDAeFw0yMDAxMDEwMDAwMDBaFw0yMDAxMDIwMDAwMDBaMBkxFzAVBgNVBAMMDm5v
Ym9keS5pbnZhbGlkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9LgzUKmXB0Me
ZVzM03i8BRKKCFBOXHL7FcQ3g7xH83gilFcRxOgu3JCLvPkT2Cd2yDNNmO7FOmVc
5dBMmbkgNzAKBggqhkjOPQQDAgNHADBEAiBUzoDh5oFUU2Zwfy5LY5v0emnoBkI9
BQIQoMbkY+rpZwIgCtVVn6mWXwiULzvkV6UxrX4zNC1RaXkR4342upuFvGY=
-----END CERTIFICATE-----
`;
