import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { type Cycle, fail, NO_ANSWER } from './cycle.js';
import type { TlsScript } from './script.js';
import { later, type Stage } from './stage.js';

/** Puts TLS over the connection of a cycle; what goes wrong in the handshake fails the cycle. */
export type TlsLayer = (cycle: Cycle, stage: Stage, onHandshake: (channel: TLSSocket) => void) => void;

/**
 * Certificates are read once, for all connections. This module is loaded only where a client of TLS is asked for:
 * node:tls costs a plain run more than all else that it loads.
 */
export function tlsLayer({ sni, alpn, ca, insecure }: TlsScript): TlsLayer {
  const secureContext = createSecureContext(ca === undefined ? {} : { ca });
  const chosen = {
    secureContext,
    rejectUnauthorized: !insecure,
    ...(sni === undefined ? {} : { servername: sni }),
    ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
  };
  return (cycle, stage, onHandshake) => {
    cycle.speaksTls = true;
    const channel = connect({ socket: cycle.socket, host: stage.host ?? 'localhost', ...chosen });
    channel
      .on('error', (error: NodeJS.ErrnoException) => {
        cycle.error ??= error.code ?? error.message;
      })
      .once('secureConnect', () => {
        cycle.onDeadline = undefined;
        cycle.closing = true;
        whenServerIsDone(channel, cycle, stage, () => onHandshake(channel));
      });
    channel.resume();
    cycle.onDeadline = () => fail(cycle, NO_ANSWER);
  };
}

/**
 * With TLS 1.3 the client is done before the server: only the session tickets that follow show that the server is, too.
 * A server that sends none is given a moment. With TLS 1.2 the server has the last word of the handshake.
 */
function whenServerIsDone(channel: TLSSocket, cycle: Cycle, { script }: Stage, done: () => void): void {
  if (channel.getProtocol() !== 'TLSv1.3') {
    done();
    return;
  }
  let isDone = false;
  const once = () => {
    if (isDone) return;
    isDone = true;
    done();
  };
  // What is written from within this event stays where it is: OpenSSL is in the middle of reading.
  channel.once('session', () => setImmediate(once));
  later(cycle, script.waitMs, once);
}
