import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';

/** What a server saw of one connection. */
export interface Testimony {
  bytes: number;
  /** EOF, or the code of the error that the connection ended with. */
  end: string | undefined;
  /** A handshake of TLS was completed. */
  secured: boolean;
}

export interface Witness {
  readonly port: number;
  /** What was seen of so many connections, when all of them are over. */
  stop(connections: number): Promise<Testimony[]>;
}

/** How a witness behaves: what it says when it accepts, hears something, and when the client's end has come. */
export interface Manners {
  readonly greets?: string;
  readonly answers?: string;
  readonly farewell?: string;
  /** Never closes its side. */
  readonly stays?: boolean;
  readonly tls?: TlsOptions;
}

/** A server that tells what its clients did. */
export async function witness(manners: Manners = {}): Promise<Witness> {
  const seen: Testimony[] = [];
  let tell = () => {};
  const news = () => new Promise<void>(resolve => (tell = resolve));
  const sockets = new Set<Socket>();
  const serve = (socket: Socket | TLSSocket) => {
    const testimony: Testimony = { bytes: 0, end: undefined, secured: manners.tls !== undefined };
    seen.push(testimony);
    tell();
    sockets.add(socket);
    const { greets, answers, farewell, stays } = manners;
    if (greets) socket.write(greets);
    socket
      .on('data', chunk => {
        testimony.bytes += chunk.length;
        if (answers) socket.write(answers);
      })
      .on('end', () => {
        testimony.end ??= 'EOF';
        tell();
        if (farewell) socket.write(farewell);
        if (!stays) socket.end();
      })
      .on('error', (error: NodeJS.ErrnoException) => {
        testimony.end ??= error.code;
        tell();
      })
      .on('close', () => sockets.delete(socket));
  };
  const server = manners.tls
    ? createTlsServer(manners.tls, serve).on('tlsClientError', (error, socket) => {
        const { code } = error as NodeJS.ErrnoException;
        seen.push({ bytes: socket.bytesRead, end: code, secured: false });
        tell();
      })
    : createServer({ allowHalfOpen: true }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop(connections) {
      // What has been closed by the client may still wait to be accepted.
      while (seen.length < connections || (!manners.stays && seen.some(({ end }) => end === undefined))) {
        await news();
      }
      if (manners.stays) for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
      return seen;
    },
  };
}
