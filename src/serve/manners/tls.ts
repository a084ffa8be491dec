import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

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
